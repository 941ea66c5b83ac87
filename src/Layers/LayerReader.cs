using Microsoft.Win32.SafeHandles;
using Sampan.Layers.Compression;
using Sampan.Layers.Tar;
using Sampan.Layers.Trees;
using Sampan.Specs.Oci.Image;

namespace Sampan.Layers;

/// <summary>Applies layers: tar streams, compressed or not, to a directory. image-spec v1.1, layer.md § Applying Changesets.</summary>
public static class LayerReader
{
    /// <summary>Reads <paramref name="layer"/> to its end (also past the tar's own end mark, so that a hash computed while reading is
    /// of the whole) and applies it below <paramref name="directory"/>; nothing outside of it is read or written, whatever the tar says.
    /// overlayfs' own extended attributes in the tar are left out. Blocks its thread; inflating and hashing overlap on two more.
    /// After an exception the directory holds part of the layer: the caller drops it.</summary>
    /// <exception cref="Sampan.Faults.FaultException">InvalidArgument: not a layer, damaged, truncated, hostile or over a limit of
    /// <paramref name="options"/>; the message names the entry. NotSupported: a compression whose library is missing. Else the errno's kind (ENOSPC, …).</exception>
    public static LayerResult Apply(Stream layer, SafeFileHandle directory, ApplyOptions options, CancellationToken ct)
    {
        using CompressedInput input = new(layer, options.Progress, ct);
        using Stream tar = Decompression.Open(input, out CompressionFormat format);
        using LayerPipeline pipeline = new(tar, options.MaxBytes);
        TarReader reader = new(pipeline, options.MaxEntries);
        long fileBytes = Apply(reader, directory, options.Whiteouts, ct);
        reader.Drain();
        Digest diffId = pipeline.Finish();
        input.Drain();
        return new LayerResult(diffId, format, input.Count, pipeline.Position, fileBytes, reader.Entries);
    }

    private static long Apply(TarReader reader, SafeFileHandle directory, WhiteoutForm form, CancellationToken ct)
    {
        EntryPath path = new();
        using TreeWriter tree = new(directory, "", directory, new TreeWriterOptions { OpaqueXattr = Whiteouts.OpaqueXattr(form) });
        Whiteouts whiteouts = new(tree, form);
        while (reader.Read() is { } entry)
        {
            ct.ThrowIfCancellationRequested();
            path.Set(entry.Name, entry.Name);
            if (!whiteouts.TryApply(entry, path)) tree.Write(entry, path, reader);
        }
        return tree.FileBytes;
    }
}
