package io.diffusion4j.training.preset;

import io.diffusion4j.prior.AutoregressiveConfig;
import io.diffusion4j.training.strict.Faults;

/**
 * The autoregressive prior, whose heads are those of the diffusion prior.
 *
 * @param layers transformer blocks
 * @param components codes of an image embedding
 * @param buckets values of a code
 * @param dotBuckets values of the dot product's token, an even number
 * @param training how it is trained
 */
public record AutoregressivePreset(
    int layers, int components, int buckets, int dotBuckets, Schedule training) {
  public AutoregressivePreset {
    new Faults()
        .require(layers >= 1, "layers", layers, "≥ 1")
        .require(components >= 2, "components", components, "≥ 2")
        .require(buckets >= 2, "buckets", buckets, "≥ 2")
        .require(
            dotBuckets >= 2 && dotBuckets % 2 == 0, "dot-buckets", dotBuckets, "an even number ≥ 2")
        .throwIfAny();
  }

  AutoregressiveConfig config(ClipPreset clip, PriorPreset prior) {
    return AutoregressiveConfig.like(prior.config(clip), layers, components, buckets, dotBuckets);
  }
}
