namespace Sampan.Cli.Formatting.Templates;

/// <summary>A --format template is malformed, or asks for what is not there. The message is Go's, as docker shows it.</summary>
internal sealed class TemplateException(string message) : Exception(message);
