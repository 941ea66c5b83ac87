using Microsoft.Win32.SafeHandles;

namespace Sampan.Linux.Children;

/// <summary>Gives the listener of a new process's seccomp filter to who will answer its notifications. seccomp_unotify(2).</summary>
/// <param name="listener">Is closed afterwards.</param>
/// <param name="pid">Of the process, in our pid namespace.</param>
public delegate void ListenerHandover(SafeFileHandle listener, int pid);
