/**
 * Model files as diffusers and transformers publish them, from {@link
 * io.diffusion4j.checkpoint.ModelFolder} on; whatever they claim is verified before it is used.
 */
@NullMarked
package io.diffusion4j.checkpoint;

import org.jspecify.annotations.NullMarked;
