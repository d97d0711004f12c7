package io.diffusion4j.serving;

import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.part.ImageDecoder;
import io.diffusion4j.diffusion.part.Prompt;
import io.diffusion4j.diffusion.part.TextEncoding;
import io.diffusion4j.diffusion.pipeline.UnclipStages;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.X0Treatment;
import io.diffusion4j.diffusion.sampling.X0Treatments;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacing;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.schedule.TrailingSpacing;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.diffusion.stage.DiffusionStage;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.serving.model.Embedder;
import io.diffusion4j.serving.model.ImageEngine;
import io.diffusion4j.serving.model.ModelCard;
import io.diffusion4j.serving.model.StageCard;
import io.diffusion4j.serving.model.StageCard.Guidance;
import io.diffusion4j.serving.model.StageCard.Pixels;
import io.diffusion4j.serving.model.UnclipEngine;
import io.diffusion4j.serving.v1.GenerateImagesRequest.TaskCase;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** unCLIP with networks of three lines: the whole pipeline, in microseconds. */
final class ToyModel {
  static final int SMALL = 8;
  static final int LARGE = 160; // large enough that its noise takes more than one chunk
  static final int TOKENS = 30;
  static final int EMBEDDING = 4;
  static final int BATCH = 4;
  static final int MAX_IMAGES = 10;

  private static final NoiseSchedule SCHEDULE = new CosineSchedule(1000);
  private static final TimestepSpacing SPACING = new TrailingSpacing();

  private ToyModel() {}

  static ImageEngine named(String name) {
    return named(name, query -> {});
  }

  /** A model that draws from words and can do nothing else. */
  static ImageEngine ofTextsOnly(String name) {
    return new UnclipEngine(card(name, Set.of(TaskCase.TEXT_TO_IMAGE)), stages(query -> {}));
  }

  /** A model without a prior: it cannot draw from words. */
  static ImageEngine withoutPrior(String name) {
    Set<TaskCase> tasks = EnumSet.of(TaskCase.VARIATION, TaskCase.INPAINT, TaskCase.IMAGE_TO_IMAGE);
    var stages = stages(query -> {});
    return new UnclipEngine(card(name, tasks), stages)
        .withEmbedder(
            new Embedder(
                EMBEDDING,
                stages.textEncoder(),
                Optional.of(stages.imageEncoder()),
                Optional.empty()));
  }

  /**
   * A model that lets a test into its decoder.
   *
   * @param network called before each answer of the decoder's network
   */
  static ImageEngine named(String name, Consumer<Query<ImageDecoder.Condition>> network) {
    var stages = stages(network);
    return new UnclipEngine(card(name), stages)
        .withTruncation(ToyModel::truncation)
        .withUnknownWords(ToyModel::unknownWords)
        .withCheck(
            (stage, settings) -> {
              if (settings.steps() == 13) {
                throw new IllegalArgumentException("steps: 13 (expected: an even number)");
              }
              settings.plan(SCHEDULE, SPACING);
            })
        .withEmbedder(
            new Embedder(
                EMBEDDING,
                stages.textEncoder(),
                Optional.of(stages.imageEncoder()),
                Optional.of(stages.prior())));
  }

  /**
   * A model whose decoder asks its network by way of another, such as one that merges calls.
   *
   * @param between makes the other of the network
   */
  static ImageEngine behind(String name, UnaryOperator<Denoiser<ImageDecoder.Condition>> between) {
    return new UnclipEngine(card(name), stages(query -> {}, between));
  }

  private static UnclipStages stages(Consumer<Query<ImageDecoder.Condition>> network) {
    return stages(network, UnaryOperator.identity());
  }

  private static UnclipStages stages(
      Consumer<Query<ImageDecoder.Condition>> network,
      UnaryOperator<Denoiser<ImageDecoder.Condition>> between) {
    DiffusionStage<Prompt> prior =
        stage("prior", EMBEDDING, denoiser(query -> query.condition().text().embedding()));
    DiffusionStage<ImageDecoder.Condition> decoder =
        stage(
            "decoder",
            3 * SMALL * SMALL,
            between.apply(
                denoiser(
                    query -> {
                      network.accept(query);
                      return query.condition().imageEmbedding();
                    })));
    DiffusionStage<Image> upsampler =
        stage("super_res", 3 * LARGE * LARGE, denoiser(query -> query.condition().pixels()));
    return new UnclipStages(
        prompts -> prompts.stream().map(ToyModel::encode).toList(),
        prior::sample,
        images -> images.stream().map(ToyModel::encode).toList(),
        (draws, settings, listener) -> images(SMALL, decoder, draws, settings, listener),
        (draws, settings, listener) -> images(LARGE, upsampler, draws, settings, listener));
  }

  static ModelCard card(String name) {
    return card(name, EnumSet.complementOf(EnumSet.of(TaskCase.TASK_NOT_SET)));
  }

  private static ModelCard card(String name, Set<TaskCase> tasks) {
    Samplers samplers = Samplers.standard();
    return new ModelCard(
        name,
        "three lines",
        "Apache-2.0",
        "sha256:" + "0".repeat(64),
        LARGE,
        LARGE,
        MAX_IMAGES,
        BATCH,
        List.of(
            new StageCard(
                "prior",
                samplers.without("analytic-dpm", "a measurement first"),
                "ddim",
                3,
                1000,
                new Guidance(2, 10),
                Pixels.NONE),
            new StageCard(
                    "decoder",
                    samplers,
                    "ddpm-small",
                    4,
                    1000,
                    new Guidance(3, 20),
                    new Pixels(SMALL, SMALL))
                .withSchedules(TimestepSpacings.standard())
                .withThresholdings(X0Treatments.standard()),
            new StageCard(
                "super_res", samplers, "ddim", 2, 1000, Guidance.NONE, new Pixels(LARGE, LARGE))),
        tasks);
  }

  /** A network that sees the condition in the noise: x̂₀ is half of each. */
  private static <C> Denoiser<C> denoiser(Function<Query<C>, float[]> condition) {
    return new Denoiser<>() {
      @Override
      public Parameterization parameterization() {
        return Parameterization.X0;
      }

      @Override
      public List<Prediction> predict(List<Query<C>> queries) {
        return queries.stream().map(query -> answer(query, condition.apply(query))).toList();
      }
    };
  }

  private static <C> DiffusionStage<C> stage(String name, int size, Denoiser<C> network) {
    return new DiffusionStage<>(name, network, SCHEDULE, SPACING, X0Treatment.clip(1), size);
  }

  private static Prediction answer(Query<?> query, float[] condition) {
    float[] x0 = query.xt().clone();
    for (int i = 0; i < x0.length; i++) {
      x0[i] = 0.5f * x0[i] + 0.5f * condition[i % condition.length];
    }
    return Prediction.of(x0);
  }

  private static <C> List<Image> images(
      int size,
      DiffusionStage<C> stage,
      List<Draw<C>> draws,
      SamplingSettings settings,
      SamplingListener listener) {
    return stage.sample(draws, settings, listener).stream()
        .map(pixels -> new Image(size, size, pixels))
        .toList();
  }

  /** The text as a model sees it; four letters have 16 encodings, by which are even. */
  static TextEncoding encode(String prompt) {
    float[] embedding = new float[EMBEDDING];
    for (int i = 0; i < prompt.length(); i++) {
      embedding[i % 4] = (embedding[i % 4] * 7 + prompt.charAt(i)) % 2 - 0.5f;
    }
    return new TextEncoding(new float[] {1}, new boolean[] {true}, embedding);
  }

  /** The means of the colours, and of all. */
  private static float[] encode(Image image) {
    float[] embedding = new float[EMBEDDING];
    for (int i = 0; i < image.pixels().length; i++) {
      float share = image.pixels()[i] / (image.width() * image.height());
      embedding[i % 3] += share;
      embedding[3] += share / 3;
    }
    return embedding;
  }

  private static Optional<String> truncation(String prompt) {
    return prompt.length() <= TOKENS
        ? Optional.empty()
        : Optional.of(
            prompt.length() + " letters (expected: at most " + TOKENS + "); the rest is not read");
  }

  private static Optional<String> unknownWords(String prompt) {
    return prompt.contains("zyzzyva") ? Optional.of("what is a \"zyzzyva\"?") : Optional.empty();
  }
}
