/**
 * Checks of arguments: values by {@link io.diffusion4j.diffusion.argument.ByName name}, and one
 * {@link io.diffusion4j.diffusion.argument.Check form} of refusal.
 */
@NullMarked
package io.diffusion4j.diffusion.argument;

import org.jspecify.annotations.NullMarked;
