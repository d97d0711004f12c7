/**
 * The training of unCLIP's components, listed by {@link
 * io.diffusion4j.unclip.training.UnclipTraining}.
 *
 * <p>Each component is one class, from its name on the command line to its loss. {@link
 * io.diffusion4j.unclip.training.UnclipPreset} has the sizes of a preset, and {@link
 * io.diffusion4j.unclip.training.UnclipRun} what the training runs share, such as the frozen CLIP.
 * The prior's training is Kandinsky's too.
 */
@NullMarked
package io.diffusion4j.unclip.training;

import org.jspecify.annotations.NullMarked;
