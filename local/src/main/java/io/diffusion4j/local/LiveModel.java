package io.diffusion4j.local;

import io.diffusion4j.diffusion.pipeline.ImagePipeline;

/**
 * A model that is in memory.
 *
 * @param name what requests call it
 * @param served its folder
 * @param pipeline draws with it
 * @param state what becomes of it
 */
public record LiveModel(String name, ServedModel served, ImagePipeline pipeline, State state) {
  /** What becomes of a model. */
  public enum State {
    /** Answers requests that name no model, and those that name it. */
    DEFAULT,

    /** Answers requests that name it. */
    SERVED,

    /** Finishes the requests that it has, and is closed then. */
    UNLOADING
  }
}
