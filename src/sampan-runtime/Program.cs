// The role is chosen here and wired by hand: the shim, or one command of the OCI runtime.
return 0;
