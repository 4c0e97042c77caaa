using Microsoft.AspNetCore.Components;

namespace ClayAspire.Console.Components;

/// <summary>A page that is rendered once, after it has read what it shows: pages are rendered on the server only, so an empty first rendering would be waste.</summary>
public abstract class LoadedComponent : ComponentBase
{
    /// <inheritdoc/>
    public override async Task SetParametersAsync(ParameterView parameters)
    {
        parameters.SetParameterProperties(this);
        await LoadAsync();
        StateHasChanged();
    }

    /// <summary>Reads what the page shows.</summary>
    protected abstract Task LoadAsync();
}
