package io.diffusion4j.unclip.training;

import io.diffusion4j.clip.ClipImageModel;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.part.ImageEncoder;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * CLIP's image tower in a training, loaded when a picture is first embedded, and therefore never
 * with stored embeddings. Thread-safe.
 */
public final class ImageTower implements ImageEncoder, AutoCloseable {
  private final Supplier<ClipImageModel> opening;
  private @Nullable ClipImageModel opened;

  ImageTower(Supplier<ClipImageModel> opening) {
    this.opening = opening;
  }

  @Override
  public List<float[]> encode(List<Image> images) {
    return opened().encode(images);
  }

  /** Embeds the image that represents an absent image. */
  public float[] ofNothing() {
    return opened().ofNothing();
  }

  private synchronized ClipImageModel opened() {
    if (opened == null) {
      opened = opening.get();
    }
    return opened;
  }

  @Override
  public synchronized void close() {
    if (opened != null) {
      opened.close();
      opened = null;
    }
  }
}
