package io.diffusion4j.serving;

import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.Prior;
import io.diffusion4j.diffusion.component.Prompt;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.component.Upsampler;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.Embedder;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.ImageTask.Kind;
import io.diffusion4j.diffusion.pipeline.ModelCard;
import io.diffusion4j.diffusion.pipeline.ModelIdentity;
import io.diffusion4j.diffusion.pipeline.UnclipParts;
import io.diffusion4j.diffusion.pipeline.UnclipPipeline;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacing;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.diffusion.stage.DiffusionStage;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.diffusion.stage.Stage.Scale;
import io.diffusion4j.diffusion.stage.StageChoices;
import io.diffusion4j.diffusion.stage.StageKind;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
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

  static final List<String> WORDS =
      List.of(
          "a",
          "an",
          "apple",
          "apples",
          "background",
          "blue",
          "frog",
          "frogs",
          "green",
          "it",
          "of",
          "on",
          "red",
          "three",
          "two",
          "yellow");

  private static final NoiseSchedule SCHEDULE = new CosineSchedule(1000);
  private static final TimestepSpacing SPACING = ToyModel::timesteps;

  private ToyModel() {}

  static ImagePipeline named(String name) {
    return named(name, query -> {});
  }

  /** A model with the task text-to-image only. */
  static ImagePipeline ofTextsOnly(String name) {
    return pipeline(name, Set.of(Kind.TEXT_TO_IMAGE), parts(query -> {}));
  }

  /**
   * A class-conditional model without a text encoder, with classes 0 to 2. Each class has its own
   * grey.
   */
  static ImagePipeline withoutWords(String name) {
    ModelCard of = ofTextsOnly(name).card();
    var card =
        new ModelCard(
            of.identity(), of.images(), of.limits(), of.stages(), Set.of(Kind.UNCONDITIONAL));
    return new Wordless(card);
  }

  /** The grey of each class. */
  private record Wordless(ModelCard card) implements ImagePipeline {
    @Override
    public Map<String, Integer> steps(ImageTask task, Map<String, SamplingSettings> settings) {
      return Map.of();
    }

    @Override
    public List<Image> draw(
        ImageTask task,
        Map<String, SamplingSettings> settings,
        List<NoiseSource> noise,
        SamplingListener listener) {
      int label = task instanceof ImageTask.Unconditional asked ? asked.label().orElse(0) : 0;
      Check.that(label < 3, "label", label, "in [0, 3)");
      float[] pixels = new float[3 * LARGE * LARGE];
      Arrays.fill(pixels, label - 1f);
      return Collections.nCopies(noise.size(), new Image(LARGE, LARGE, pixels));
    }
  }

  /**
   * A model whose text encoder calls the test first.
   *
   * @param before called before each embedding of texts
   */
  static ImagePipeline ofHeldTexts(String name, Consumer<Object> before) {
    var parts = parts(query -> {});
    TextEncoder held =
        prompts -> {
          before.accept(prompts);
          return parts.textEncoder().encode(prompts);
        };
    return pipeline(name, Set.of(Kind.TEXT_TO_IMAGE), parts)
        .withEmbedder(new Embedder(EMBEDDING, held, Optional.empty(), Optional.empty()));
  }

  /** A model without a prior, which cannot draw from a prompt. */
  static ImagePipeline withoutPrior(String name) {
    var parts = parts(query -> {});
    return pipeline(name, EnumSet.of(Kind.VARIATION, Kind.INPAINT, Kind.IMAGE_TO_IMAGE), parts)
        .withEmbedder(
            new Embedder(
                EMBEDDING,
                parts.textEncoder(),
                Optional.of(parts.imageEncoder()),
                Optional.empty()));
  }

  /**
   * A model whose decoder calls the test first.
   *
   * @param network called before each prediction of the decoder's network
   */
  static ImagePipeline named(String name, Consumer<Query<ImageDecoder.Condition>> network) {
    var parts = parts(network);
    return pipeline(name, EnumSet.range(Kind.TEXT_TO_IMAGE, Kind.UNCONDITIONAL), parts)
        .withEmbedder(
            new Embedder(
                EMBEDDING,
                parts.textEncoder(),
                Optional.of(parts.imageEncoder()),
                Optional.of(parts.prior())));
  }

  /**
   * A model whose decoder calls its network through another denoiser, such as one that merges
   * calls.
   *
   * @param between creates the other denoiser from the network
   */
  static ImagePipeline behind(
      String name, UnaryOperator<Denoiser<ImageDecoder.Condition>> between) {
    return pipeline(
        name, EnumSet.range(Kind.TEXT_TO_IMAGE, Kind.UNCONDITIONAL), parts(query -> {}, between));
  }

  /**
   * A model of texts with another identity.
   *
   * @param network called before each prediction of the decoder's network
   */
  static ImagePipeline of(ModelIdentity identity, Consumer<Query<ImageDecoder.Condition>> network) {
    return pipeline(identity, Set.of(Kind.TEXT_TO_IMAGE), parts(network));
  }

  private static UnclipPipeline pipeline(String name, Set<Kind> tasks, UnclipParts parts) {
    var digest = "sha256:" + "0".repeat(64);
    return pipeline(new ModelIdentity(name, "three lines", "Apache-2.0", digest), tasks, parts);
  }

  private static UnclipPipeline pipeline(
      ModelIdentity identity, Set<Kind> tasks, UnclipParts parts) {
    return new UnclipPipeline(
        () -> identity,
        Pixels.square(LARGE),
        new ModelCard.Limits(MAX_IMAGES, BATCH),
        tasks,
        parts);
  }

  private static UnclipParts parts(Consumer<Query<ImageDecoder.Condition>> network) {
    return parts(network, UnaryOperator.identity());
  }

  private static UnclipParts parts(
      Consumer<Query<ImageDecoder.Condition>> network,
      UnaryOperator<Denoiser<ImageDecoder.Condition>> between) {
    ByName<Sampler> samplers = Samplers.standard();
    Stage ofPrior =
        offered(
                Prior.STAGE,
                new StageChoices(
                    samplers.without("analytic-dpm", "a measurement first"), "ddim", 3))
            .withScale(new Scale(2, 10));
    Stage ofDecoder =
        offered(
                ImageDecoder.STAGE,
                new StageChoices(samplers, "ddpm-small", 4)
                    .withSpacings(TimestepSpacings.standard())
                    .withTreatments(Thresholding.standard()))
            .withScale(new Scale(3, 20))
            .withDraws(Pixels.square(SMALL));
    Stage ofUpsampler =
        offered(Upsampler.STAGE, new StageChoices(samplers, "ddim", 2))
            .withDraws(Pixels.square(LARGE));
    DiffusionStage<Prompt> prior =
        DiffusionStage.of(
            ofPrior, denoiser(query -> query.condition().text().embedding()), EMBEDDING);
    DiffusionStage<ImageDecoder.Condition> decoder =
        DiffusionStage.of(
            ofDecoder,
            between.apply(
                denoiser(
                    query -> {
                      network.accept(query);
                      return query.condition().imageEmbedding();
                    })),
            3 * SMALL * SMALL);
    DiffusionStage<Image> upsampler =
        DiffusionStage.of(
            ofUpsampler, denoiser(query -> query.condition().pixels()), 3 * LARGE * LARGE);
    Prior drawing = prior::sample;
    ImageDecoder decoding =
        (draws, settings, listener) -> images(SMALL, decoder, draws, settings, listener);
    Upsampler enlarging =
        (draws, settings, listener) -> images(LARGE, upsampler, draws, settings, listener);
    return new UnclipParts(
        new Texts(),
        drawing.offeredAs(ofPrior),
        images -> images.stream().map(ToyModel::encode).toList(),
        decoding.offeredAs(ofDecoder),
        enlarging.offeredAs(ofUpsampler));
  }

  private static Stage offered(String name, StageChoices choices) {
    return Stage.denoising(
        name, new StageKind.Denoising(SCHEDULE, SPACING, Thresholding.clip(1), choices));
  }

  /** A spacing that does not exist for every number of steps. */
  private static Timesteps timesteps(int trainSteps, int steps) {
    if (steps == 13) {
      throw new IllegalArgumentException("steps: 13 (expected: an even number)");
    }
    return TimestepSpacings.TRAILING.of(trainSteps, steps);
  }

  static ModelCard card(String name) {
    return named(name).card();
  }

  /** Encodes the letters of a text. */
  private static final class Texts implements TextEncoder {
    @Override
    public List<TextEncoding> encode(List<String> prompts) {
      return prompts.stream().map(ToyModel::encode).toList();
    }

    @Override
    public Optional<String> truncation(String prompt) {
      return prompt.length() <= TOKENS
          ? Optional.empty()
          : Optional.of(
              prompt.length()
                  + " letters (expected: at most "
                  + TOKENS
                  + "); the rest is not read");
    }

    @Override
    public Optional<String> unknownWords(String prompt) {
      return prompt.contains("zyzzyva") ? Optional.of("what is a \"zyzzyva\"?") : Optional.empty();
    }

    @Override
    public List<String> knownWords() {
      return WORDS;
    }
  }

  /** A network whose x̂₀ is half the condition and half the noise. */
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

  /** The encoding of a text. Four letters have 16 encodings, by which letters are even. */
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
}
