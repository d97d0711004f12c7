package io.diffusion4j.springai;

import io.diffusion4j.serving.v1.StageOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.image.ImageOptions;

/**
 * What can be asked of a {@link Diffusion4jImageModel} beside the prompt. What is not given is left
 * to the model.
 *
 * <pre>{@code
 * Diffusion4jImageOptions.builder().n(4).seed(7).negativePrompt("text").build()
 * }</pre>
 */
public final class Diffusion4jImageOptions implements ImageOptions {
  private final @Nullable Integer n;
  private final @Nullable String model;
  private final @Nullable Integer width;
  private final @Nullable Integer height;
  private final String negativePrompt;
  private final List<Long> seeds;
  private final Map<String, StageOptions> stages;

  private Diffusion4jImageOptions(Builder builder) {
    n = builder.n;
    model = builder.model;
    width = builder.width;
    height = builder.height;
    negativePrompt = builder.negativePrompt;
    seeds = List.copyOf(builder.seeds);
    stages = Map.copyOf(builder.stages);
  }

  /** Options of which none is given yet. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public @Nullable Integer getN() {
    return n;
  }

  @Override
  public @Nullable String getModel() {
    return model;
  }

  @Override
  public @Nullable Integer getWidth() {
    return width;
  }

  @Override
  public @Nullable Integer getHeight() {
    return height;
  }

  /** Always in the answer itself. */
  @Override
  public String getResponseFormat() {
    return Diffusion4jImageModel.RESPONSE_FORMAT;
  }

  /** None: a style is a part of the prompt. */
  @Override
  public @Nullable String getStyle() {
    return null;
  }

  /** What the images shall not show; empty for nothing. */
  public String getNegativePrompt() {
    return negativePrompt;
  }

  /** Where the randomness comes from, as {@code GenerateImagesRequest.seeds} says. */
  public List<Long> getSeeds() {
    return seeds;
  }

  /** How each stage samples, by its name. */
  public Map<String, StageOptions> getStages() {
    return stages;
  }

  /** Collects options. Not thread-safe. */
  public static final class Builder {
    private @Nullable Integer n;
    private @Nullable String model;
    private @Nullable Integer width;
    private @Nullable Integer height;
    private String negativePrompt = "";
    private List<Long> seeds = List.of();
    private final Map<String, StageOptions> stages = new LinkedHashMap<>();

    private Builder() {}

    /** How many images. */
    public Builder n(int count) {
      n = count;
      return this;
    }

    /** The model, by the name that the service lists. */
    public Builder model(String name) {
      model = name;
      return this;
    }

    /** The width in pixels; the model's own, unless it draws several sizes. */
    public Builder width(int pixels) {
      width = pixels;
      return this;
    }

    /** The height in pixels; the model's own, unless it draws several sizes. */
    public Builder height(int pixels) {
      height = pixels;
      return this;
    }

    /** What the images shall not show. */
    public Builder negativePrompt(String text) {
      negativePrompt = text;
      return this;
    }

    /** Makes the same images again; unsigned. */
    public Builder seed(long seed) {
      return seeds(List.of(seed));
    }

    /** A seed for each image; unsigned. */
    public Builder seeds(List<Long> ofImages) {
      seeds = ofImages;
      return this;
    }

    /** How a stage samples. */
    public Builder stage(String name, StageOptions options) {
      stages.put(name, options);
      return this;
    }

    /** The options as they are now. */
    public Diffusion4jImageOptions build() {
      return new Diffusion4jImageOptions(this);
    }
  }
}
