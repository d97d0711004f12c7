/** The command line as a user meets it: what is said, where, and with which exit status. */
@NullMarked
package io.diffusion4j.cli;

import org.jspecify.annotations.NullMarked;
