package io.diffusion4j.local;

import io.diffusion4j.diffusion.pipeline.ImagePipeline;

/**
 * A model that is in memory.
 *
 * @param name its name in requests
 * @param served its folder
 * @param pipeline draws with it
 * @param state its state
 */
public record LiveModel(String name, ServedModel served, ImagePipeline pipeline, State state) {
  /** The state of a model. */
  public enum State {
    /** The default: it also answers requests that name no model. */
    DEFAULT,

    /** It answers requests that name it. */
    SERVED,

    /** It finishes its requests and is then closed. */
    UNLOADING
  }
}
