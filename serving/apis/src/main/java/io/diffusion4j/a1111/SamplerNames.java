package io.diffusion4j.a1111;

import com.google.common.collect.ImmutableMap;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.v1.ModelStage;
import io.diffusion4j.serving.v1.StageOptions;
import java.util.List;
import java.util.Map;

/** The web UI's names of samplers, and the names here. */
final class SamplerNames {
  /** The schedulers that select the sampler's default. */
  private static final List<String> AUTOMATIC = List.of("", "automatic", "Automatic", "uniform");

  private static final String KARRAS = "karras";

  private static final ImmutableMap<String, String> NAMES =
      ImmutableMap.<String, String>builder()
          .put("Euler a", "euler-ancestral")
          .put("Euler", "euler")
          .put("Heun", "heun")
          .put("DPM++ 2M", "dpmpp-2m")
          .put("DPM++ 2M SDE", "sde-dpmpp-2m")
          .put("DDIM", "ddim")
          .put("PLMS", "plms")
          .put("LCM", "lcm")
          .put("DPM++ 2M Karras", "dpmpp-2m-karras")
          .put("Euler Karras", "euler-karras")
          .put("Heun Karras", "heun-karras")
          .buildOrThrow();

  private SamplerNames() {}

  /** Returns this project's name of a sampler; such names are returned unchanged. */
  static String ours(String name) {
    return NAMES.getOrDefault(name, name);
  }

  /** Returns the web UI's name of a sampler, or this project's name if there is none. */
  static String theirs(String name) {
    return NAMES.entrySet().stream()
        .filter(entry -> entry.getValue().equals(name))
        .findFirst()
        .map(Map.Entry::getKey)
        .orElse(name);
  }

  /**
   * Chooses sampler and scheduler.
   *
   * @param scheduler the scheduler as in the web UI, or a schedule of the stage
   */
  static void choose(
      String sampler, String scheduler, ModelStage stage, StageOptions.Builder options) {
    String name = ours(sampler);
    if (scheduler.equalsIgnoreCase(KARRAS)) {
      name = name.endsWith(KARRAS) ? name : name + "-" + KARRAS;
    } else if (stage.getSchedulesList().contains(scheduler)) {
      options.setSchedule(scheduler);
    } else if (!AUTOMATIC.contains(scheduler)) {
      throw SdException.invalid(
          "scheduler",
          Errors.quote(scheduler),
          "one of Automatic, Karras, " + String.join(", ", stage.getSchedulesList()));
    }
    if (sampler.isEmpty() && !scheduler.equalsIgnoreCase(KARRAS)) {
      return;
    }
    if (!stage.getSamplersList().contains(name)) {
      throw SdException.invalid(
          "sampler_name",
          Errors.quote(sampler + (name.endsWith(KARRAS) ? " with " + scheduler : "")),
          "one of "
              + String.join(
                  ", ", stage.getSamplersList().stream().map(SamplerNames::theirs).toList()));
    }
    options.setSampler(name);
  }
}
