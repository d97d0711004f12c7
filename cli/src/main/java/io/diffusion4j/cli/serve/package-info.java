/**
 * The commands around a server: {@code serve}, {@code token} and {@code health}, and the files that
 * configure it.
 *
 * <p>{@link io.diffusion4j.cli.serve.ServerSettings} combines the options of the command line with
 * the server's file; an option wins over the file.
 */
@NullMarked
package io.diffusion4j.cli.serve;

import org.jspecify.annotations.NullMarked;
