package io.diffusion4j.cli.serve;

import com.google.inject.Module;
import io.diffusion4j.a1111.A1111Module;
import io.diffusion4j.openai.OpenAiModule;
import io.diffusion4j.openinference.OpenInferenceModule;
import io.diffusion4j.web.WebModule;

/** The HTTP interfaces that a server may have besides the contract. */
enum Face {
  /** The web page, and the events behind it. */
  PAGE,

  /** The HTTP API of DALL-E 2. */
  OPENAI,

  /** The HTTP API of AUTOMATIC1111's web UI. */
  A1111,

  /** The Open Inference Protocol. */
  INFERENCE;

  /** Returns the module that adds it to a server. */
  Module module() {
    return switch (this) {
      case PAGE -> new WebModule();
      case OPENAI -> new OpenAiModule();
      case A1111 -> new A1111Module();
      case INFERENCE -> new OpenInferenceModule();
    };
  }
}
