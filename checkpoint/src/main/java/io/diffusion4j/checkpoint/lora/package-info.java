/** Low-rank updates of published weights (LoRA), merged while weights are read. */
@NullMarked
package io.diffusion4j.checkpoint.lora;

import org.jspecify.annotations.NullMarked;
