package io.diffusion4j.serving.http;

import io.diffusion4j.serving.v1.ImageChunk;
import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.Map;

/** The files of images whose chunks are arriving. Not thread-safe. */
public final class ImageChunks {
  private final Map<Integer, ByteArrayOutputStream> files = new HashMap<>();

  /** Creates an empty set. */
  public ImageChunks() {}

  /** Appends a chunk to the file of its image. */
  public void add(ImageChunk chunk) {
    files
        .computeIfAbsent(chunk.getImageIndex(), index -> new ByteArrayOutputStream())
        .writeBytes(chunk.getData().toByteArray());
  }

  /**
   * Returns the whole file of an image, and forgets it.
   *
   * @param image the index of an image that is done
   * @throws IllegalStateException if no chunk of it has arrived
   */
  public byte[] take(int image) {
    var file = files.remove(image);
    if (file == null) {
      throw new IllegalStateException("image " + image + " is done without a chunk");
    }
    return file.toByteArray();
  }
}
