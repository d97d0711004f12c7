package io.diffusion4j.serving.request;

import io.diffusion4j.serving.v1.GeneratedImage;
import java.util.Optional;

/**
 * A drawn image as clients receive it: its file and metadata, or only the scores if a filter
 * refused it.
 *
 * @param message the form of the contract
 */
public record ImageFile(GeneratedImage message) {
  /**
   * Why a filter refused an image.
   *
   * @param message the reason in words
   */
  public record Refusal(String filter, String concept, String message) {}

  /** Returns the index of the image. */
  public int index() {
    return message.getMetadata().getIndex();
  }

  /** Returns the size in memory, in bytes. */
  public long bytes() {
    return message.getSerializedSize();
  }

  /** Returns why a filter refused it; empty if none did. */
  public Optional<Refusal> refusal() {
    if (!message.getMetadata().hasRefusal()) {
      return Optional.empty();
    }
    var refusal = message.getMetadata().getRefusal();
    return Optional.of(
        new Refusal(refusal.getFilter(), refusal.getConcept(), refusal.getMessage()));
  }
}
