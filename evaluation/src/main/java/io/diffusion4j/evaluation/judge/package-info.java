/** The judge, a contrastive model that measures other models and is used for nothing else. */
@NullMarked
package io.diffusion4j.evaluation.judge;

import org.jspecify.annotations.NullMarked;
