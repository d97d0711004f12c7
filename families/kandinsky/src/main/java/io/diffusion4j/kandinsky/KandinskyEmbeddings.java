package io.diffusion4j.kandinsky;

import io.diffusion4j.diffusion.component.ImageEncoder;
import io.diffusion4j.diffusion.component.Prior;
import io.diffusion4j.diffusion.component.Prompt;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.ImageTask.Ingredient;
import io.diffusion4j.diffusion.pipeline.ImageTask.Words;
import io.diffusion4j.diffusion.sampling.PartialSampler;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.Projection;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The image embeddings of texts and pictures, as Kandinsky's pipelines make them.
 *
 * <p>The prior also draws an embedding for a negative text, from the noise of the stage {@code
 * prior/negative}; the decoder's guidance moves away from it.
 *
 * @param text encodes texts
 * @param image encodes pictures
 * @param prior draws embeddings of texts
 * @param nothing the embedding that guidance moves away from without a negative text
 */
record KandinskyEmbeddings(
    TextEncoder text, ImageEncoder image, Prior prior, Supplier<float[]> nothing) {
  /**
   * The embeddings from which a picture is drawn.
   *
   * @param image the image embedding, {@code [E]}
   * @param negative the embedding that guidance moves away from, {@code [E]}
   */
  @SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
  record Embedded(float[] image, float[] negative) {}

  /** The noise, the settings and the listener of the prior. */
  record Drawing(List<NoiseSource> noise, SamplingSettings settings, SamplingListener listener) {}

  /**
   * Draws an embedding of each text.
   *
   * @param words one for each noise source
   */
  List<Embedded> ofTexts(List<Words> words, Drawing drawing) {
    return drawn(words, drawing.noise(), List.of(), drawing.settings(), drawing.listener());
  }

  /**
   * Draws embeddings, starting from the embedding of a picture, by the last steps of the prior.
   *
   * @param steps the number of steps of the prior; 0 returns the picture's own embedding
   */
  List<Embedded> towardText(Image picture, Words words, int steps, Drawing drawing) {
    float[] start = image.encode(List.of(picture)).get(0);
    if (steps == 0) {
      return fixed(start, drawing.noise().size());
    }
    var settings = drawing.settings();
    double share = (double) steps / settings.steps();
    return drawn(
        drawing.noise().stream().map(source -> words).toList(),
        drawing.noise(),
        List.of(Projection.noising(size -> start)),
        settings.withSampler(new PartialSampler(settings.sampler(), share)),
        drawing.listener());
  }

  /** Returns the same embedding for this many pictures, without a prompt. */
  List<Embedded> fixed(float[] embedding, int pictures) {
    return given(Collections.nCopies(pictures, embedding));
  }

  /** Returns given embeddings, one for each picture, without a prompt. */
  List<Embedded> given(List<float[]> embeddings) {
    float[] away = nothing.get();
    return embeddings.stream().map(embedding -> new Embedded(embedding, away)).toList();
  }

  /**
   * Returns the weighted sum of the ingredients' embeddings, not normalised. Each text is drawn
   * separately against the empty text, from the noise of the stage {@code condN.prior}, where N is
   * its place in the list. The negative text uses the noise of {@code zero.prior}.
   */
  List<Embedded> mixed(List<Ingredient> ingredients, String negative, Drawing drawing) {
    List<float[]> sums = new ArrayList<>();
    for (int place = 0; place < ingredients.size(); place++) {
      var ingredient = ingredients.get(place);
      var embeddings = of(ingredient, place, drawing);
      for (int row = 0; row < embeddings.size(); row++) {
        if (place == 0) {
          sums.add(new float[embeddings.get(row).length]);
        }
        add(sums.get(row), embeddings.get(row), ingredient.weight());
      }
    }
    if (negative.isEmpty()) {
      return given(sums);
    }
    var away = alone(negative, "zero.", drawing);
    return IntStream.range(0, sums.size())
        .mapToObj(row -> new Embedded(sums.get(row), away.get(row)))
        .toList();
  }

  private List<float[]> of(Ingredient ingredient, int place, Drawing drawing) {
    if (ingredient instanceof Ingredient.Picture picture) {
      return Collections.nCopies(
          drawing.noise().size(), image.encode(List.of(picture.image())).get(0));
    }
    return alone(((Ingredient.Text) ingredient).text(), "cond" + place + ".", drawing);
  }

  private static void add(float[] sum, float[] embedding, double weight) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += (float) (weight * embedding[i]);
    }
  }

  /** Returns the embeddings of a text and of the empty text. */
  private List<float[]> alone(String words, String prefix, Drawing drawing) {
    var encodings = text.encodeOnce(Stream.of(words, ""));
    var prompt = prompt(words, "", encodings);
    return prior.sample(
        drawing.noise().stream()
            .map(source -> new Draw<>(prompt, new Prefixed(prefix, source)))
            .toList(),
        drawing.settings(),
        drawing.listener());
  }

  private List<Embedded> drawn(
      List<Words> words,
      List<NoiseSource> noise,
      List<Projection> start,
      SamplingSettings settings,
      SamplingListener listener) {
    var encodings =
        text.encodeOnce(words.stream().flatMap(each -> Stream.of(each.text(), each.negative())));
    Projection held = start.isEmpty() ? Projection.NONE : start.get(0);
    List<Draw<Prompt>> draws = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      var each = words.get(i);
      var prompt = prompt(each.text(), each.negative(), encodings);
      draws.add(new Draw<>(prompt, noise.get(i), held));
    }
    for (int i = 0; i < words.size(); i++) {
      String negative = words.get(i).negative();
      if (!negative.isEmpty()) {
        var prompt = prompt(negative, negative, encodings);
        draws.add(new Draw<>(prompt, new OfNegative(noise.get(i)), held));
      }
    }
    List<float[]> embeddings = prior.sample(draws, settings, listener);
    List<Embedded> all = new ArrayList<>();
    int next = words.size();
    for (int i = 0; i < words.size(); i++) {
      boolean hasNegative = !words.get(i).negative().isEmpty();
      float[] away = hasNegative ? embeddings.get(next++) : nothing.get();
      all.add(new Embedded(embeddings.get(i), away));
    }
    return all;
  }

  private static Prompt prompt(String words, String negative, Map<String, TextEncoding> encodings) {
    return new Prompt(
        Objects.requireNonNull(encodings.get(words)),
        Objects.requireNonNull(encodings.get(negative)),
        words);
  }

  /** The noise of a negative text, which is drawn beside the text of the same picture. */
  private record OfNegative(NoiseSource noise) implements NoiseSource {
    @Override
    public float[] gaussian(String stage, int step, int size) {
      return noise.gaussian(stage + "/negative", step, size);
    }
  }

  /** The noise of one of several runs of a stage. */
  private record Prefixed(String prefix, NoiseSource noise) implements NoiseSource {
    @Override
    public float[] gaussian(String stage, int step, int size) {
      return noise.gaussian(prefix + stage, step, size);
    }
  }
}
