using System.Text.Json;
using SarkPS.Remote;

namespace SarkPS.Tests.Jobs;

/// <summary>Long work that belongs to the exchange and not to who asked for it.</summary>
public sealed class JobListTests
{
    private readonly JobList jobs = new();

    [Fact]
    public async Task It_goes_on_while_nobody_waits_and_is_remembered_with_all_that_it_told()
    {
        var go = new TaskCompletionSource();
        var (id, end) = jobs.Start("Packing", async (progress, _) =>
        {
            progress.Report(new("Packing a", 1, 2));
            Notices.Tell("The disk is slow.");
            await go.Task;
            return 42;
        });

        await using var watch = jobs.WatchAsync(id).GetAsyncEnumerator();
        do
        {
            Assert.True(await watch.MoveNextAsync());
        }
        while (watch.Current.Notices.Count == 0);

        Assert.Equal(
            (JobState.Running, null, "Packing", 50),
            (watch.Current.State, watch.Current.Ended, watch.Current.Activity, watch.Current.Progress!.Value.Percent));
        go.SetResult();
        await end;
        Assert.True(await watch.MoveNextAsync());
        Assert.False(await watch.MoveNextAsync());
        var job = await jobs.GetAsync(id);
        Assert.Equal((JobState.Completed, (object)42, (SarkException?)null), (job.State, job.Result, job.Error));
        Assert.Equal(["The disk is slow."], job.Notices);
        Assert.NotNull(job.Ended);
        Assert.Equal([id], (await jobs.ListAsync()).Select(j => j.Id));
    }

    [Fact]
    public async Task It_stops_when_it_is_told_to_and_can()
    {
        var (id, end) = jobs.Start("Waiting", async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return 0;
        });
        await jobs.StopAsync(id);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => end);
        Assert.Equal(JobState.Stopped, (await jobs.GetAsync(id)).State);

        var go = new TaskCompletionSource();
        var (other, otherEnd) = jobs.Start("Writing", async (_, _) =>
        {
            await go.Task;
            return 0;
        });
        await jobs.StopAsync(other);
        go.SetResult();
        await otherEnd;
        Assert.Equal(JobState.Completed, (await jobs.GetAsync(other)).State);
    }

    [Fact]
    public async Task A_failure_is_kept_as_it_was_and_travels_as_problem_details()
    {
        var failure = new SarkConflictException("Snapshot", "sark.db.1", "It is in use: Extension 401.", ["Extension 401"]);
        var (id, end) = jobs.Start<int>("Failing", (_, _) => throw failure);
        await Assert.ThrowsAsync<SarkConflictException>(() => end);
        var job = await jobs.GetAsync(id);
        Assert.Equal((JobState.Failed, failure), (job.State, job.Error));

        var read = JsonSerializer.Deserialize<Job>(JsonSerializer.Serialize(job, OperationJson.Options), OperationJson.Options)!;
        var error = Assert.IsType<SarkConflictException>(read.Error);
        Assert.Equal((failure.Message, "sark.db.1", failure.ErrorId), (error.Message, error.Target, error.ErrorId));
        Assert.Equal(failure.Dependants, error.Dependants);
        Assert.Equal((job.Id, job.State, job.Started, job.Ended), (read.Id, read.State, read.Started, read.Ended));
    }

    [Fact]
    public async Task What_is_no_failure_of_ours_is_told_without_its_text()
    {
        var (id, end) = jobs.Start<int>("Failing", (_, _) => throw new InvalidOperationException("secret detail"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => end);
        var error = (await jobs.GetAsync(id)).Error!;
        Assert.Equal(SarkErrorKind.Unavailable, error.Kind);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_goes_on_is_never_forgotten_and_of_the_rest_the_newest_hundred_are_kept()
    {
        var go = new TaskCompletionSource();
        var (running, end) = jobs.Start("Long", async (_, _) =>
        {
            await go.Task;
            return 0;
        });
        var (oldest, first) = jobs.Start("Short", (_, _) => Task.FromResult(0));
        await first;
        for (var i = 0; i < 150; i++)
        {
            await jobs.Start("Short", (_, _) => Task.FromResult(0)).End;
        }

        Assert.InRange((await jobs.ListAsync()).Count, 100, 102);
        Assert.Equal(JobState.Running, (await jobs.GetAsync(running)).State);
        await Assert.ThrowsAsync<SarkNotFoundException>(() => jobs.GetAsync(oldest));
        go.SetResult();
        await end;
    }

    [Fact]
    public async Task At_the_end_of_a_service_all_are_told_to_stop_and_waited_for()
    {
        var stopped = jobs.Start("Waiting", async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return 0;
        });
        var completed = jobs.Start("Writing", async (_, _) =>
        {
            await Task.Delay(50, CancellationToken.None);
            return 0;
        });
        await jobs.EndAsync(CancellationToken.None);
        Assert.Equal(JobState.Stopped, (await jobs.GetAsync(stopped.Id)).State);
        Assert.Equal(JobState.Completed, (await jobs.GetAsync(completed.Id)).State);
    }
}
