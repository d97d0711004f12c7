package io.diffusion4j.diffusion.pipeline;

import static java.util.Collections.nCopies;
import static java.util.Objects.requireNonNull;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.ImageEncoder;
import io.diffusion4j.diffusion.component.Prompt;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.embedding.Slerp;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Pyramid;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A task translated to the parts of unCLIP. */
sealed interface UnclipWork {
  /** Draws an image for each noise source. */
  List<Image> draw(Run run);

  /** Returns the edit of the stages that draw pixels. */
  default ImageEdit edit() {
    return ImageEdit.NONE;
  }

  /** Images that are decoded from embeddings. */
  record Decoded(Source source, ImageEdit edit) implements UnclipWork {
    @Override
    public List<Image> draw(Run run) {
      UnclipParts parts = run.parts;
      List<Draw<ImageDecoder.Condition>> conditions = run.draws(source.conditions(run));
      List<Image> small =
          edit.decoder(parts.decoder())
              .decode(conditions, run.of(parts.decoder().stage()), run.listener);
      return edit.upsampler(parts.upsampler())
          .upsample(run.draws(small), run.of(parts.upsampler().stage()), run.listener);
    }
  }

  /** Images that only the upsampler draws. */
  record Enlarged(Image image) implements UnclipWork {
    @Override
    public List<Image> draw(Run run) {
      var upsampler = run.parts.upsampler();
      return upsampler.upsample(
          run.draws(run.forEach(image)), run.of(upsampler.stage()), run.listener);
    }
  }

  /** An image that no stage changes. */
  record Kept(Image image) implements UnclipWork {
    @Override
    public List<Image> draw(Run run) {
      return run.forEach(image);
    }
  }

  /** The arguments of one drawing. */
  record Run(
      UnclipParts parts,
      Map<String, SamplingSettings> settings,
      List<NoiseSource> noise,
      SamplingListener listener) {
    SamplingSettings of(Stage stage) {
      SamplingSettings own = settings.get(stage.name());
      return own == null ? stage.defaults() : own;
    }

    <T> List<T> forEach(T value) {
      return nCopies(noise.size(), value);
    }

    /** Checks that there is one for each image. */
    <T> List<T> each(List<T> drawn) {
      if (drawn.size() != noise.size()) {
        throw new IllegalStateException(
            "drawn: " + drawn.size() + " (expected: " + noise.size() + ")");
      }
      return drawn;
    }

    <C> List<Draw<C>> draws(List<C> given) {
      List<C> conditions = each(given);
      return IntStream.range(0, noise.size())
          .mapToObj(i -> new Draw<>(conditions.get(i), noise.get(i)))
          .toList();
    }
  }

  /** The source of the decoder's conditions. */
  interface Source {
    boolean usesPrior();

    /** Returns a condition for each image. */
    List<ImageDecoder.Condition> conditions(Run run);
  }

  /** The prior draws the image embeddings of texts. */
  record Texts(List<ImageTask.Words> prompts) implements Source {
    @Override
    public boolean usesPrior() {
      return true;
    }

    @Override
    public List<ImageDecoder.Condition> conditions(Run run) {
      List<Prompt> encoded = encode(run);
      List<Prompt> all = encoded.size() == 1 ? run.forEach(encoded.get(0)) : encoded;
      var prior = run.parts.prior();
      List<float[]> embeddings =
          run.each(prior.sample(run.draws(all), run.of(prior.stage()), run.listener));
      return IntStream.range(0, all.size())
          .mapToObj(i -> new ImageDecoder.Condition(embeddings.get(i), all.get(i)))
          .toList();
    }

    /** Encodes each text once, however many images share it. */
    private List<Prompt> encode(Run run) {
      Map<String, TextEncoding> encodings =
          run.parts
              .textEncoder()
              .encodeOnce(
                  Stream.concat(
                      prompts.stream().map(ImageTask.Words::text),
                      prompts.stream().map(ImageTask.Words::negative)));
      return prompts.stream()
          .map(
              words ->
                  new Prompt(
                      requireNonNull(encodings.get(words.text())),
                      requireNonNull(encodings.get(words.negative())),
                      words.text()))
          .toList();
    }
  }

  /** Deterministic image embeddings, with words. */
  record Embeddings(Function<ImageEncoder, List<float[]>> embeddings, ImageTask.Words words)
      implements Source {
    static Embeddings of(Image image, ImageTask.Words words) {
      return new Embeddings(encoder -> encoder.encode(List.of(image)), words);
    }

    @Override
    public boolean usesPrior() {
      return false;
    }

    @Override
    public List<ImageDecoder.Condition> conditions(Run run) {
      List<float[]> given = embeddings.apply(run.parts.imageEncoder());
      Prompt prompt = Prompt.encode(run.parts.textEncoder(), words.text(), words.negative());
      List<float[]> all = given.size() == 1 ? run.forEach(given.get(0)) : given;
      List<ImageDecoder.Condition> conditions = new ArrayList<>();
      all.forEach(embedding -> conditions.add(new ImageDecoder.Condition(embedding, prompt)));
      return conditions;
    }
  }

  /**
   * Keeps of an image what its embedding does not describe. Ramesh et al. (2022, §3.1) represent an
   * image by its embedding z_i and the noise x_T from which the decoder draws it. Here drawings
   * start from noise between fresh noise and x_T, by spherical interpolation, so the paper's
   * deterministic sampler gives variations as well as a sampler with η &gt; 0.
   *
   * @param image square
   * @param similarity the ratio of the interpolation, in (0, 1]: 1 is x_T
   */
  record InvertedStart(Image image, double similarity) implements ImageEdit {
    @Override
    public ImageDecoder decoder(ImageDecoder decoder) {
      return Inversion.first(
          decoder,
          List.of(image),
          UnaryOperator.identity(),
          noise ->
              (x, at) -> {
                if (at.step() == 0) {
                  float[] start = Slerp.between(x, noise.get(0), similarity);
                  System.arraycopy(start, 0, x, 0, x.length);
                }
              });
    }

    @Override
    public int steps(Target stage, int steps) {
      return stage == Target.DECODER ? Math.multiplyExact(2, steps) : steps;
    }
  }

  /** Translates a task. */
  record Of(int side) implements ImageTask.Visitor<UnclipWork> {
    @Override
    public UnclipWork textToImage(ImageTask.TextToImage task) {
      return new Decoded(new Texts(task.prompts()), ImageEdit.NONE);
    }

    @Override
    public UnclipWork variation(ImageTask.Variation task) {
      return new Decoded(
          Embeddings.of(task.image(), task.words()),
          task.similarity() == 0
              ? ImageEdit.NONE
              : new InvertedStart(task.image().middle(), task.similarity()));
    }

    /** Interpolates the embeddings spherically, without a prompt (Ramesh et al. 2022, §3.2). */
    @Override
    public UnclipWork interpolation(ImageTask.Interpolation task) {
      return new Decoded(
          new Embeddings(
              encoder -> {
                List<float[]> ends = encoder.encode(List.of(task.first(), task.second()));
                return List.of(Slerp.between(ends.get(0), ends.get(1), task.ratio()));
              },
              ImageTask.Words.NONE),
          ImageEdit.NONE);
    }

    @Override
    public UnclipWork inpaint(ImageTask.Inpaint task) {
      return edited(
          task.words(), task.image(), new Inpainting(task.image(), task.mask(), task.resampling()));
    }

    @Override
    public UnclipWork imageToImage(ImageTask.ImageToImage task) {
      return task.strength() == 0
          ? new Kept(new Image(side, side, new Pyramid(task.image()).level(side)))
          : edited(task.words(), task.image(), new ImageToImage(task.image(), task.strength()));
    }

    /** Without a prompt, the image's own embedding is used. */
    private static UnclipWork edited(ImageTask.Words words, Image image, ImageEdit edit) {
      return new Decoded(
          words.isEmpty() ? Embeddings.of(image, words) : new Texts(List.of(words)), edit);
    }

    @Override
    public UnclipWork upscale(ImageTask.Upscale task) {
      return new Enlarged(task.image());
    }

    @Override
    public UnclipWork textDiff(ImageTask.TextDiff task) {
      var both = new TextDiff(task);
      return new Decoded(both, both);
    }

    @Override
    public UnclipWork fromEmbedding(ImageTask.FromEmbedding task) {
      return new Decoded(
          new Embeddings(encoder -> task.imageEmbeddings(), task.words()), ImageEdit.NONE);
    }

    @Override
    public UnclipWork unconditional(ImageTask.Unconditional task) {
      throw Check.refusal("task", task.kind().label(), "one with words or an image");
    }
  }
}
