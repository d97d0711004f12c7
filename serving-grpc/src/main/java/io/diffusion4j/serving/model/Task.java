package io.diffusion4j.serving.model;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.sampling.Resampling;

/** What is to be drawn: the task of a request, valid, with its images decoded. */
public sealed interface Task {
  /** Does what the task asks for. */
  <R> R accept(Visitor<R> visitor);

  /** What the images are to show in words; empty if that is not said. */
  default Words words() {
    return Words.NONE;
  }

  /**
   * Words.
   *
   * @param text what is to be seen
   * @param negative what guidance moves away from; empty for the unconditional prompt
   */
  record Words(String text, String negative) {
    /** Nothing is said. */
    public static final Words NONE = new Words("", "");

    /** Whether nothing is said of what is to be seen. */
    public boolean isEmpty() {
      return text.isBlank();
    }
  }

  /** Images of words. */
  record TextToImage(Words words) implements Task {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.textToImage(this);
    }
  }

  /**
   * Images that mean the same as an image.
   *
   * @param words what the decoder reads besides
   */
  record Variation(Image image, Words words) implements Task {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.variation(this);
    }
  }

  /**
   * Images between two.
   *
   * @param ratio in [0, 1]: 0 is the first, 1 the second
   */
  record Interpolation(Image first, Image second, double ratio) implements Task {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.interpolation(this);
    }
  }

  /**
   * An image, a part of which is drawn again.
   *
   * @param image square
   * @param mask of the same size, bright where it is drawn again
   * @param words what the whole is to show; empty for what it shows
   */
  record Inpaint(Image image, Image mask, Words words, Resampling resampling) implements Task {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.inpaint(this);
    }
  }

  /**
   * Images drawn on from a noised one.
   *
   * @param image square
   * @param strength in [0, 1]: 0 keeps the image, 1 forgets it
   * @param words what is to be seen; empty for what the image shows
   */
  record ImageToImage(Image image, double strength, Words words) implements Task {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.imageToImage(this);
    }
  }

  /**
   * Larger images.
   *
   * @param image square, smaller than the images of the model
   */
  record Upscale(Image image) implements Task {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.upscale(this);
    }
  }

  /**
   * An image changed in the direction from one text to another.
   *
   * @param image square
   * @param ratio in [0, 1]: 0 keeps the image, 1 reaches the direction
   */
  record TextDiff(Image image, String fromText, String toText, double ratio) implements Task {
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
   * Images of an image embedding.
   *
   * @param imageEmbedding un-normalised
   * @param words what the decoder reads besides
   */
  @SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
  record FromEmbedding(float[] imageEmbedding, Words words) implements Task {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.fromEmbedding(this);
    }
  }

  /** One answer for each kind of task. */
  interface Visitor<R> {
    R textToImage(TextToImage task);

    R variation(Variation task);

    R interpolation(Interpolation task);

    R inpaint(Inpaint task);

    R imageToImage(ImageToImage task);

    R upscale(Upscale task);

    R textDiff(TextDiff task);

    R fromEmbedding(FromEmbedding task);
  }
}
