/**
 * Checks of arguments, with one form of message: {@code name: value (expected: …)}.
 *
 * <p>The message contains the three things that a caller needs in order to fix an argument: which
 * one, the value that arrived, and the valid values. It is one line, so the service returns it in a
 * response and the command line prints it as it is.
 *
 * <pre>{@code
 * Check.between("side", side, 1, 1024);
 * Check.that(side % 8 == 0, "side", side, "a multiple of %s", 8);
 * Check.that(scale >= 0, "scale", scale, "≥ 0"); // NaN fails, too
 *
 * var presets = new ByName<Integer>("preset", Map.of("small", 64, "large", 256));
 * int pixels = presets.named("small");
 * presets.named("tiny"); // preset: tiny (expected: one of large, small)
 * }</pre>
 *
 * <ul>
 *   <li>The name is the one that the caller knows: a parameter, an option, or a field of a request.
 *   <li>A condition is written so that NaN fails it: {@code x > 0}, not the negation of {@code x <=
 *       0}.
 *   <li>A check stands in the constructor of the record that holds the value. An existing record is
 *       therefore valid.
 * </ul>
 */
@NullMarked
package io.diffusion4j.diffusion.argument;

import org.jspecify.annotations.NullMarked;
