using ClayAspire.Domain.Edits;

namespace ClayAspire.Domain.Tests.Edits;

public sealed class ShareTests
{
    // Reference values by the closed form of the Wilson score interval without continuity correction, computed apart from the code.
    [Theory]
    [InlineData(20, 200, 0.1, 0.06567, 0.14941)]
    [InlineData(0, 20, 0, 0, 0.16113)]
    [InlineData(5, 5, 1, 0.56552, 1)]
    public void The_interval_is_wilson_s(long count, long sample, double ratio, double low, double high)
    {
        var share = new Share(count, sample);
        Assert.Equal(ratio, share.Ratio!.Value, 5);
        Assert.Equal(low, share.Low!.Value, 4);
        Assert.Equal(high, share.High!.Value, 4);
    }

    [Fact]
    public void The_share_is_always_within_its_interval()
    {
        for (var sample = 1; sample <= 60; sample++)
            for (var count = 0; count <= sample; count++)
                Assert.InRange(new Share(count, sample).Ratio!.Value, new Share(count, sample).Low!.Value, new Share(count, sample).High!.Value);
    }

    [Fact]
    public void Without_a_sample_there_is_no_share() => Assert.Equal((null, null, null), (new Share(0, 0).Ratio, new Share(0, 0).Low, new Share(0, 0).High));
}
