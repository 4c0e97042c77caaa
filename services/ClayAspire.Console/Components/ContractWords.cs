using ClayAspire.Domain.Policy;

namespace ClayAspire.Console.Components;

/// <summary>How pages, forms and messages name what people do with contracts.</summary>
/// <param name="Path">The last part of the form's and the API's address.</param>
/// <param name="Title">The form's title.</param>
/// <param name="Button">The form's button.</param>
/// <param name="Done">What is said when it is done.</param>
/// <param name="Past">What the history says.</param>
/// <param name="Tone">The history's tone.</param>
internal sealed record ContractWords(string Path, string Title, string Button, string Done, string Past, string Tone)
{
    public static ContractWords Of(SignatureAction action) => action switch
    {
        SignatureAction.SentToLegal => new("send-to-legal", "Send to Legal", "Send to Legal", "Sent to Legal. A DPO signs it next.", "Sent to Legal", ""),
        SignatureAction.Signed => new("sign", "Sign", "Sign the contract", "Signed. Values held for this field are offered in the flow's next plan.", "Signed", "good"),
        SignatureAction.Suspended => new("suspend", "Suspend", "Suspend now",
            "Suspended. Nothing writes this field from now on, released plans included; values are held until it is resumed.", "Suspended", "bad"),
        SignatureAction.Resumed => new("resume", "Resume", "Resume", "Resumed.", "Resumed", "accent"),
    };
}
