package io.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.function.Predicate;

/**
 * What a case checks, and how it is recognised: by where the file lies that describes it, and by
 * what that file contains.
 *
 * <p>A new family adds its kinds here, its cases under one of the roots, and a {@link GoldenTest}.
 */
public enum GoldenKind {
  /** β, ᾱ and posterior coefficients of guided-diffusion in float64. */
  SCHEDULE("schedules/*/case.json", c -> c.path("dtype").asText().equals("float64")),
  /** β and ᾱ of diffusers in float32. */
  FLOAT_SCHEDULE("schedules/*/case.json", c -> c.path("dtype").asText().equals("float32")),
  /** Timesteps of guided-diffusion's {@code space_timesteps}; the file's name says of how many. */
  RESPACING("schedules/respacing-*.json", c -> true),
  /** A loss of guided-diffusion's {@code GaussianDiffusion}. */
  LOSS("losses/*/case.json", c -> c.has("loss")),
  /** The variational bound over all timesteps. */
  BOUND("losses/*/case.json", c -> !c.has("loss")),
  /** A trace of one of diffusers' schedulers, step by step. */
  SAMPLER("samplers/*/case.json", c -> c.has("scheduler")),
  /** Images made larger and smaller by PyTorch. */
  RESIZE("images/*/case.json", c -> !c.has("crop"));

  static final String CASE = "case.json";

  private final String glob;

  @SuppressWarnings("ImmutableEnumChecker") // stateless lambdas
  private final Predicate<JsonNode> content;

  GoldenKind(String glob, Predicate<JsonNode> content) {
    this.glob = glob;
    this.content = content;
  }

  /** Where cases of this kind lie, relative to a root. */
  public String glob() {
    return glob;
  }

  /** Whether a file, relative to a root, describes a case of this kind. */
  boolean matches(Path root, Path file) {
    return FileSystems.getDefault().getPathMatcher("glob:" + glob).matches(file)
        && content.test(Json.read(root.resolve(file)));
  }
}
