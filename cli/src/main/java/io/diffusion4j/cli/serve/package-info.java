/**
 * The commands around a server: {@code serve}, {@code token} and {@code health}, and the files that
 * configure it.
 */
@NullMarked
package io.diffusion4j.cli.serve;

import org.jspecify.annotations.NullMarked;
