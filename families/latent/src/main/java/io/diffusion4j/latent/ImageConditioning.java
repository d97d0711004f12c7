package io.diffusion4j.latent;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.schedule.NoiseLevel;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.nn.Sinusoid;
import java.nio.file.Path;

/** How a U-Net sees the embedding of an image, which is not normalised. */
sealed interface ImageConditioning {
  /** Addresses the noise that is added to an embedding. */
  String EMBEDDING_NOISE = "embedding";

  /**
   * Returns the condition with an embedding.
   *
   * @param text the condition of the text
   */
  UnetCondition toward(UnetCondition text, float[] embedding, NoiseSource noise);

  /** Returns the condition without an embedding, that guidance moves away from. */
  UnetCondition away(UnetCondition text);

  /**
   * In place of a text, as its only token: the image variations of Stable Diffusion 1.x.
   *
   * @param width the width of the token
   */
  record Token(int width) implements ImageConditioning {
    @Override
    public UnetCondition toward(UnetCondition text, float[] embedding, NoiseSource noise) {
      return text.withStates(embedding);
    }

    @Override
    public UnetCondition away(UnetCondition text) {
      return text.withStates(new float[width]);
    }
  }

  /**
   * Beside a text, noised, as a class label with the level of the noise: Stable unCLIP (the noise
   * augmentation of Ho et al. 2022b, §4, for embeddings).
   *
   * @param mean the mean of each value of the embeddings of training
   * @param deviation its standard deviation
   * @param schedule the noise
   * @param level the timestep of the noise; even 0 has some
   */
  @SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
  record Label(float[] mean, float[] deviation, NoiseSchedule schedule, int level)
      implements ImageConditioning {
    static final String NORMALIZER = "image_normalizer";
    static final String NOISING = "image_noising_scheduler";

    public Label {
      Check.between("noise_level", level, 0, schedule.steps() - 1);
    }

    /** Reads the settings and statistics of a folder, with the least noise. */
    static Label read(Path folder) {
      Path normalizer = folder.resolve(NORMALIZER);
      int size = size(normalizer);
      var scheduler =
          SchedulerConfig.readUnscaled(folder.resolve(NOISING).resolve(SchedulerConfig.FILE_NAME));
      try (var statistics = Checkpoint.open(normalizer, Checkpoint.DIFFUSERS)) {
        float[] mean = statistics.read("mean");
        float[] deviation = statistics.read("std");
        Check.length("mean", mean.length, size);
        Check.length("std", deviation.length, size);
        return new Label(mean, deviation, scheduler.schedule(), 0);
      }
    }

    /** Reads the size of the embeddings. */
    static int size(Path normalizer) {
      var config = ComponentConfig.read(normalizer.resolve("config.json"));
      config.expectClass("StableUnCLIPImageNormalizer");
      return config.intValue("embedding_dim", 768);
    }

    Label withLevel(int other) {
      return new Label(mean, deviation, schedule, other);
    }

    @Override
    public UnetCondition toward(UnetCondition text, float[] embedding, NoiseSource noise) {
      int size = mean.length;
      Check.length("embedding", embedding.length, size);
      float[] eps = noise.gaussian(EMBEDDING_NOISE, NoiseSource.INITIAL, size);
      NoiseLevel noised = schedule.level(level);
      float[] label = new float[2 * size];
      for (int i = 0; i < size; i++) {
        double xt = noised.xt((embedding[i] - mean[i]) / deviation[i], eps[i]);
        label[i] = (float) (xt * deviation[i] + mean[i]);
      }
      System.arraycopy(Sinusoid.of(size).at(level), 0, label, size, size);
      return text.labelled(label);
    }

    @Override
    public UnetCondition away(UnetCondition text) {
      return text.labelled(new float[2 * mean.length]);
    }
  }
}
