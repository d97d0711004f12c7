package io.diffusion4j.diffusion.pipeline;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.sampling.Resampling;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * The task of an {@link ImagePipeline}.
 *
 * <p>Most tasks have one input, from which any number of images is drawn. A task with several texts
 * or embeddings gets one image for each, all drawn as one batch.
 */
public sealed interface ImageTask {
  /** Returns the kind of the task. */
  default Kind kind() {
    return Arrays.stream(Kind.values())
        .filter(kind -> kind.type.isInstance(this))
        .findFirst()
        .orElseThrow();
  }

  /** Calls the visitor's method for this kind of task. */
  <R> R accept(Visitor<R> visitor);

  /** Returns the words of the task; empty if it has none. */
  default Words words() {
    return Words.NONE;
  }

  /** Returns the words for an image of the batch, from 0. */
  default Words words(int image) {
    return words();
  }

  /** Returns the number of inputs: one for all images, or one for each. */
  default int inputs() {
    return 1;
  }

  /** Checks that the task allows this many images. */
  default void requireFits(int images) {
    Check.that(images != 0, "noise", "none", "at least one");
    Check.that(inputs() == 1 || inputs() == images, "noise", images, "%s", inputs());
  }

  /** Creates the task that draws images from a text. */
  static TextToImage of(String text) {
    return new TextToImage(new Words(text, ""));
  }

  /** The kinds of tasks, in the order in which models list them. */
  enum Kind {
    TEXT_TO_IMAGE(TextToImage.class),
    VARIATION(Variation.class),
    INTERPOLATION(Interpolation.class),
    INPAINT(Inpaint.class),
    IMAGE_TO_IMAGE(ImageToImage.class),
    UPSCALE(Upscale.class),
    TEXT_DIFF(TextDiff.class),
    FROM_EMBEDDING(FromEmbedding.class),
    UNCONDITIONAL(Unconditional.class),
    MIX(Mix.class),
    TOWARD_TEXT(TowardText.class),
    HINTED(Hinted.class);

    private final Class<? extends ImageTask> type;

    Kind(Class<? extends ImageTask> type) {
      this.type = type;
    }

    /** Returns the name in contracts and lists: {@code text_to_image}. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A prompt in words.
   *
   * @param text describes the image
   * @param negative the text that guidance moves away from; empty for the unconditional prompt
   */
  record Words(String text, String negative) {
    /** No words. */
    public static final Words NONE = new Words("", "");

    /** Whether both texts are empty. */
    public boolean isEmpty() {
      return text.isBlank() && negative.isBlank();
    }

    @Override
    public String toString() {
      return negative.isBlank() ? text : text + ", not " + negative;
    }
  }

  /**
   * Images from a prompt.
   *
   * @param prompts one for all images, or one for each
   */
  record TextToImage(List<Words> prompts) implements ImageTask {
    public TextToImage {
      prompts = List.copyOf(prompts);
      Check.that(!prompts.isEmpty(), "prompts", "none", "at least one");
    }

    /** Creates the task with the same words for all images. */
    public TextToImage(Words words) {
      this(List.of(words));
    }

    @Override
    public Words words(int image) {
      return prompts.get(prompts.size() == 1 ? 0 : image);
    }

    @Override
    public int inputs() {
      return prompts.size();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.textToImage(this);
    }
  }

  /**
   * Other images with the content of an image (Ramesh et al. 2022, §3.1).
   *
   * @param image of any size; of an image that is not square, the middle is taken
   * @param words an additional condition of the decoder
   * @param similarity the similarity of the initial noise to the noise that the decoder would draw
   *     the image from, in [0, 1]: 0 is fresh noise, which leaves the embedding alone to describe
   *     the image; 1 draws the image itself
   */
  record Variation(Image image, Words words, double similarity) implements ImageTask {
    public Variation {
      Check.share("similarity", similarity);
    }

    /** Creates the task that draws from fresh noise. */
    public Variation(Image image, Words words) {
      this(image, words, 0);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.variation(this);
    }
  }

  /**
   * Images between two images.
   *
   * @param ratio the ratio, in [0, 1]: 0 is the first, 1 the second
   */
  record Interpolation(Image first, Image second, double ratio) implements ImageTask {
    public Interpolation {
      Check.share("ratio", ratio);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.interpolation(this);
    }
  }

  /**
   * An image with a part that is redrawn.
   *
   * @param image square
   * @param mask the mask of the same size, bright where the image is redrawn
   * @param words describe the whole result; empty to continue the image
   */
  record Inpaint(Image image, Image mask, Words words, Resampling resampling) implements ImageTask {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.inpaint(this);
    }
  }

  /**
   * Images denoised from a noised image.
   *
   * @param image square
   * @param strength the strength, in [0, 1]: 0 keeps the image, 1 ignores it
   * @param words describe the result; empty to keep the content of the image
   */
  record ImageToImage(Image image, double strength, Words words) implements ImageTask {
    public ImageToImage {
      Check.share("strength", strength);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.imageToImage(this);
    }
  }

  /**
   * Enlarged images.
   *
   * @param image square, smaller than the images of the model
   */
  record Upscale(Image image) implements ImageTask {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.upscale(this);
    }
  }

  /**
   * An image changed in the direction from one text to another.
   *
   * @param image square
   * @param ratio the ratio, in [0, 1]: 0 keeps the image, 1 reaches the direction
   */
  record TextDiff(Image image, String fromText, String toText, double ratio) implements ImageTask {
    public TextDiff {
      Check.share("ratio", ratio);
    }

    @Override
    public Words words() {
      return new Words(toText, "");
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.textDiff(this);
    }
  }

  /**
   * Images decoded from image embeddings.
   *
   * @param imageEmbeddings un-normalised; one for all images, or one for each
   * @param words an additional condition of the decoder
   */
  record FromEmbedding(List<float[]> imageEmbeddings, Words words) implements ImageTask {
    public FromEmbedding {
      imageEmbeddings = List.copyOf(imageEmbeddings);
      Check.that(!imageEmbeddings.isEmpty(), "imageEmbeddings", "none", "at least one");
    }

    @Override
    public int inputs() {
      return imageEmbeddings.size();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.fromEmbedding(this);
    }
  }

  /**
   * Images without a condition, or of a class.
   *
   * @param label the class, for class-conditional models; otherwise empty
   */
  record Unconditional(OptionalInt label) implements ImageTask {
    public Unconditional {
      label.ifPresent(number -> Check.that(number >= 0, "label", number, "≥ 0"));
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.unconditional(this);
    }
  }

  /**
   * Images of a weighted sum of the embeddings of texts and pictures.
   *
   * @param ingredients the ingredients, at least one
   * @param negative the text that guidance moves away from; may be empty
   */
  record Mix(List<Ingredient> ingredients, String negative) implements ImageTask {
    public Mix {
      ingredients = List.copyOf(ingredients);
      Check.that(!ingredients.isEmpty(), "ingredients", "none", "at least one");
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.mix(this);
    }
  }

  /** One summand of a {@link Mix}. */
  sealed interface Ingredient {
    /** Returns the factor of its embedding in the sum; finite. */
    double weight();

    /** The embedding of a text. */
    record Text(String text, double weight) implements Ingredient {
      public Text {
        requireFinite(weight);
        Check.that(!text.isBlank(), "text", "\"" + text + "\"", "some words");
      }
    }

    /** The embedding of a picture. */
    record Picture(Image image, double weight) implements Ingredient {
      public Picture {
        requireFinite(weight);
      }
    }

    private static void requireFinite(double weight) {
      Check.that(Double.isFinite(weight), "weight", weight, "a finite number");
    }
  }

  /**
   * Images of an embedding between the embedding of an image and that of words.
   *
   * @param strength the fraction of the prior's steps, in [0, 1]: 0 gives the image's embedding, 1
   *     the text's
   */
  record TowardText(Image image, double strength, Words words) implements ImageTask {
    public TowardText {
      Check.share("strength", strength);
      Check.that(!words.isEmpty(), "prompt", "\"" + words.text() + "\"", "some words");
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.towardText(this);
    }
  }

  /**
   * Another task whose images follow a picture of hints, such as a depth map.
   *
   * @param task the task to draw
   * @param hint the hint of the size of the images, bright where the scene is near
   */
  record Hinted(ImageTask task, Image hint) implements ImageTask {
    public Hinted {
      Check.that(!(task instanceof Hinted), "task", "hinted", "one without a hint of its own");
    }

    @Override
    public Words words() {
      return task.words();
    }

    @Override
    public Words words(int image) {
      return task.words(image);
    }

    @Override
    public int inputs() {
      return task.inputs();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.hinted(this);
    }
  }

  /**
   * A method for each kind of task. An implementation overrides the methods of the tasks that it
   * supports; all others call {@link #other}.
   */
  interface Visitor<R> {
    default R textToImage(TextToImage task) {
      return other(task);
    }

    default R variation(Variation task) {
      return other(task);
    }

    default R interpolation(Interpolation task) {
      return other(task);
    }

    default R inpaint(Inpaint task) {
      return other(task);
    }

    default R imageToImage(ImageToImage task) {
      return other(task);
    }

    default R upscale(Upscale task) {
      return other(task);
    }

    default R textDiff(TextDiff task) {
      return other(task);
    }

    default R fromEmbedding(FromEmbedding task) {
      return other(task);
    }

    default R unconditional(Unconditional task) {
      return other(task);
    }

    default R mix(Mix task) {
      return other(task);
    }

    default R towardText(TowardText task) {
      return other(task);
    }

    default R hinted(Hinted task) {
      return other(task);
    }

    /**
     * Handles the tasks whose methods are not overridden; throws an exception unless it is
     * overridden itself.
     */
    default R other(ImageTask task) {
      throw Check.refusal("task", task.kind().label(), "one that the model lists");
    }
  }
}
