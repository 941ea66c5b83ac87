namespace Sampan.Specs.Docker;

/// <summary>Go's <c>struct{}</c> as the value of a set: always <c>{}</c>.</summary>
public readonly record struct EmptyObject;
