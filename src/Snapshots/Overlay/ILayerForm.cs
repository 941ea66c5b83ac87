using Microsoft.Win32.SafeHandles;
using Sampan.Specs.Oci.Image;

namespace Sampan.Snapshots.Overlay;

/// <summary>How the files of committed layers lie on disk, each in the directory of its snapshot. While a snapshot is active they are in <c>fs</c>.</summary>
internal interface ILayerForm
{
    /// <summary>Brings the files of a snapshot that is about to be committed into this form, beside <c>fs</c>. What a crash leaves of it is made anew or goes with the snapshot.</summary>
    /// <param name="directory">Absolute path of the snapshot's directory.</param>
    void Seal(string directory, ChainId name);

    /// <summary>After the commit, also once after each start: drops what only an active snapshot needs.</summary>
    void Tidy(string directory);

    /// <summary>Where the files of a committed layer can be looked at.</summary>
    string FilesPath(string directory);

    /// <summary>Removes a snapshot's directory with all that this form keeps of it.</summary>
    void Remove(SafeFileHandle folder, string name);
}
