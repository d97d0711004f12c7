package io.diffusion4j.springai;

import io.diffusion4j.serving.v1.LoraChoice;
import io.diffusion4j.serving.v1.StageOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.image.ImageOptions;

/**
 * The options of a {@link Diffusion4jImageModel}. Absent options have the model's defaults.
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
  private final List<LoraChoice> loras;
  private final Map<String, StageOptions> stages;

  private Diffusion4jImageOptions(Builder builder) {
    n = builder.n;
    model = builder.model;
    width = builder.width;
    height = builder.height;
    negativePrompt = builder.negativePrompt;
    seeds = List.copyOf(builder.seeds);
    loras = List.copyOf(builder.loras);
    stages = Map.copyOf(builder.stages);
  }

  /** Creates a builder without any options. */
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

  /** Images are always part of the response. */
  @Override
  public String getResponseFormat() {
    return Diffusion4jImageModel.RESPONSE_FORMAT;
  }

  /** Always empty: a style is part of the prompt. */
  @Override
  public @Nullable String getStyle() {
    return null;
  }

  /** Returns the negative prompt; empty for nothing. */
  public String getNegativePrompt() {
    return negativePrompt;
  }

  /** Returns the seeds, see {@code GenerateImagesRequest.seeds}. */
  public List<Long> getSeeds() {
    return seeds;
  }

  /** Returns the low-rank updates (LoRA) that the model draws with. */
  public List<LoraChoice> getLoras() {
    return loras;
  }

  /** Returns the sampling settings of each stage, by its name. */
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
    private final List<LoraChoice> loras = new ArrayList<>();
    private final Map<String, StageOptions> stages = new LinkedHashMap<>();

    private Builder() {}

    /** Sets the number of images. */
    public Builder n(int count) {
      n = count;
      return this;
    }

    /** Sets the model, by its name in the service. */
    public Builder model(String name) {
      model = name;
      return this;
    }

    /** Sets the width in pixels; it must be the model's, unless the model draws several sizes. */
    public Builder width(int pixels) {
      width = pixels;
      return this;
    }

    /** Sets the height in pixels; it must be the model's, unless the model draws several sizes. */
    public Builder height(int pixels) {
      height = pixels;
      return this;
    }

    /** Sets the negative prompt. */
    public Builder negativePrompt(String text) {
      negativePrompt = text;
      return this;
    }

    /** Sets the seed, to reproduce images; unsigned. */
    public Builder seed(long seed) {
      return seeds(List.of(seed));
    }

    /** Sets a seed for each image; unsigned. */
    public Builder seeds(List<Long> ofImages) {
      seeds = ofImages;
      return this;
    }

    /**
     * Adds a low-rank update (LoRA).
     *
     * @param name its name in the service
     * @param scale 1 as it was trained
     */
    public Builder lora(String name, double scale) {
      loras.add(LoraChoice.newBuilder().setName(name).setScale(scale).build());
      return this;
    }

    /** Sets the sampling settings of a stage. */
    public Builder stage(String name, StageOptions options) {
      stages.put(name, options);
      return this;
    }

    /** Builds the options. */
    public Diffusion4jImageOptions build() {
      return new Diffusion4jImageOptions(this);
    }
  }
}
