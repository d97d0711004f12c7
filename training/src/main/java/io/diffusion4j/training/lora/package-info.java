/**
 * Files of trained low-rank updates: {@link io.diffusion4j.training.lora.LowRankFile} writes the
 * layout that peft and diffusers load.
 */
@NullMarked
package io.diffusion4j.training.lora;

import org.jspecify.annotations.NullMarked;
