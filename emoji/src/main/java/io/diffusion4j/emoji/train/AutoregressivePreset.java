package io.diffusion4j.emoji.train;

import io.diffusion4j.prior.AutoregressiveConfig;
import io.diffusion4j.tf.train.TrainingConfig;

/**
 * The size of the autoregressive prior of a preset, and how long it is trained.
 *
 * @param config its shape
 * @param statistics image embeddings that its codes are taken from
 * @param training how it is trained
 */
record AutoregressivePreset(AutoregressiveConfig config, int statistics, TrainingConfig training) {
  /** That of a preset. */
  static AutoregressivePreset of(Preset preset) {
    return preset.name().equals("tiny")
        ? new AutoregressivePreset(
            AutoregressiveConfig.like(preset.prior(), 2, 12, 16, 8),
            preset.statistics(),
            TrainingConfig.of(60, 32, 2e-3, 6))
        // 24 of the 128 components hold 99.6 % of the variance.
        : new AutoregressivePreset(
            AutoregressiveConfig.like(preset.prior(), 3, 24, 32, 16),
            preset.statistics(),
            TrainingConfig.of(1_500, 64, 1e-3, 6));
  }
}
