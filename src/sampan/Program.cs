// The role is chosen here and wired by hand: `sampan daemon` serves, everything else is the command line.
return 0;
