using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary>A file as a block device to be read: loop(4). The device lets go of the file by itself when its last descriptor and mount have gone.</summary>
internal static unsafe class LoopDevice
{
    private const string Control = "/dev/loop-control";
    private const nuint LOOP_CTL_GET_FREE = 0x4C82, LOOP_CONFIGURE = 0x4C0A;
    private const uint LO_FLAGS_READ_ONLY = 1, LO_FLAGS_AUTOCLEAR = 4;
    private const int ConfigSize = 304, FlagsOffset = 60, NameOffset = 64, NameSize = 63;   // struct loop_config: fd, block size, loop_info64
    private const int Attempts = 64;

    /// <returns>Keeps the device until it is mounted; its path.</returns>
    /// <exception cref="LinuxException">open(2): no loop devices here. ioctl(2).</exception>
    internal static (SafeFileHandle Device, string Path) Attach(string file)
    {
        using SafeFileHandle content = Files.Open(file, OpenFlags.ReadOnly), control = Files.Open(Control, OpenFlags.ReadWrite);
        for (int attempt = 1; ; attempt++)
        {
            int number = Libc.ioctl(control.Fd(), LOOP_CTL_GET_FREE, null);
            if (number < 0) throw LinuxException.FromLastError("ioctl", $"cannot find a free loop device for '{file}'");
            string path = string.Create(CultureInfo.InvariantCulture, $"/dev/loop{number}");
            SafeFileHandle device = Files.Open(path, OpenFlags.ReadOnly);
            if (TryConfigure(device, content, file)) return (device, path);
            Errno errno = LinuxException.LastError;
            device.Dispose();
            // Somebody else has taken it in between.
            if (errno != Errno.EBUSY || attempt == Attempts) throw new LinuxException(errno, "ioctl", $"cannot give '{file}' to '{path}'");
        }
    }

    private static bool TryConfigure(SafeFileHandle device, SafeFileHandle content, string file)
    {
        Span<byte> config = stackalloc byte[ConfigSize];
        config.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(config, (uint)content.Fd());
        BinaryPrimitives.WriteUInt32LittleEndian(config[FlagsOffset..], LO_FLAGS_READ_ONLY | LO_FLAGS_AUTOCLEAR);
        Encoding.UTF8.GetEncoder().Convert(file, config.Slice(NameOffset, NameSize), flush: true, out _, out _, out _);
        fixed (byte* start = config) return Libc.ioctl(device.Fd(), LOOP_CONFIGURE, start) == 0;
    }
}
