using System.Globalization;
using System.Management.Automation.Host;

namespace SarkPS.Shell;

/// <summary>The console as a grid of characters. The formatter needs its width; the rest only a real terminal has.</summary>
internal sealed class ShellRawUserInterface : PSHostRawUserInterface
{
    /// <summary>
    /// Columns of output that goes to a file or a pipe: wide enough for the module's tables, and the same on every
    /// machine. The variable COLUMNS says otherwise.
    /// </summary>
    private const int RedirectedWidth = 160;

    private const int LeastWidth = 40;

    public override Size BufferSize
    {
        get => new(Width(), Height());
        set => throw NotHere("the size of the buffer");
    }

    public override Size WindowSize
    {
        get => BufferSize;
        set => throw NotHere("the size of the window");
    }

    public override Size MaxWindowSize => BufferSize;

    public override Size MaxPhysicalWindowSize => BufferSize;

    public override ConsoleColor ForegroundColor
    {
        get => Console.ForegroundColor;
        set => Console.ForegroundColor = value;
    }

    public override ConsoleColor BackgroundColor
    {
        get => Console.BackgroundColor;
        set => Console.BackgroundColor = value;
    }

    public override Coordinates CursorPosition
    {
        get => Console.IsOutputRedirected ? default : new(Console.CursorLeft, Console.CursorTop);
        set => Console.SetCursorPosition(value.X, value.Y);
    }

    public override int CursorSize
    {
        get => 25;
        set => throw NotHere("the size of the cursor");
    }

    public override Coordinates WindowPosition
    {
        get => default;
        set => throw NotHere("the position of the window");
    }

    public override string WindowTitle
    {
        get => "SarkPS";
        set => throw NotHere("the title of the window");
    }

    public override bool KeyAvailable => !Console.IsInputRedirected && Console.KeyAvailable;

    public override void FlushInputBuffer()
    {
        while (KeyAvailable)
        {
            Console.ReadKey(intercept: true);
        }
    }

    public override KeyInfo ReadKey(ReadKeyOptions options)
    {
        if (Console.IsInputRedirected)
        {
            throw NotHere("single keys, because input is redirected");
        }

        var key = Console.ReadKey(intercept: options.HasFlag(ReadKeyOptions.NoEcho));
        return new KeyInfo((int)key.Key, key.KeyChar, default, keyDown: true);
    }

    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw NotHere("what is on the screen");

    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw NotHere("what is on the screen");

    public override void SetBufferContents(Rectangle rectangle, BufferCell fill)
    {
        // Clear-Host asks for the whole screen in this way.
        if (!Console.IsOutputRedirected)
        {
            Console.Clear();
        }
    }

    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) =>
        throw NotHere("scrolling");

    private static int Width()
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out var columns)
            && columns >= LeastWidth)
        {
            return columns;
        }

        // Some pseudo terminals say 0.
        return Console.IsOutputRedirected || Console.WindowWidth < LeastWidth ? RedirectedWidth : Console.WindowWidth;
    }

    private static int Height() => Console.IsOutputRedirected || Console.WindowHeight <= 0 ? 50 : Console.WindowHeight;

    private static HostException NotHere(string what) => new($"This shell does not offer {what}.");
}
