package io.diffusion4j.unclip;

import io.diffusion4j.tf.checkpoint.ModelFolder;
import io.diffusion4j.tf.checkpoint.ModelFolder.Component;
import io.diffusion4j.tf.checkpoint.UnclipSchedulerConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The layout of a pipeline folder: diffusers' {@code UnCLIPPipeline}. */
public final class UnclipFolder {
  private static final String PIPELINE = "UnCLIPPipeline";
  private static final Map<String, Component> COMPONENTS = components();

  private UnclipFolder() {}

  private static Map<String, Component> components() {
    Map<String, Component> components = new LinkedHashMap<>();
    components.put("decoder", new Component("diffusers", "UNet2DConditionModel"));
    components.put("decoder_scheduler", new Component("diffusers", "UnCLIPScheduler"));
    components.put("prior", new Component("diffusers", "PriorTransformer"));
    components.put("prior_scheduler", new Component("diffusers", "UnCLIPScheduler"));
    components.put("super_res_first", new Component("diffusers", "UNet2DModel"));
    components.put("super_res_last", new Component("diffusers", "UNet2DModel"));
    components.put("super_res_scheduler", new Component("diffusers", "UnCLIPScheduler"));
    components.put("text_encoder", new Component("transformers", "CLIPTextModelWithProjection"));
    components.put("text_proj", new Component("unclip", "UnCLIPTextProjModel"));
    components.put("tokenizer", new Component("transformers", "CLIPTokenizer"));
    return components;
  }

  /**
   * Writes {@code model_index.json} once every component is complete; before, the folder is no
   * pipeline yet and stays without.
   */
  public static void writeIndex(Path folder) {
    if (COMPONENTS.keySet().stream().allMatch(name -> isComplete(folder.resolve(name)))) {
      ModelFolder.write(folder, PIPELINE, COMPONENTS);
    }
  }

  /** Settings are written before weights, so a component is complete with its weights. */
  private static boolean isComplete(Path component) {
    String name = component.getFileName().toString();
    if (name.endsWith("_scheduler")) {
      return Files.isRegularFile(component.resolve(UnclipSchedulerConfig.FILE_NAME));
    }
    String last = name.equals("tokenizer") ? "tokenizer_config.json" : ".safetensors";
    if (!Files.isDirectory(component)) {
      return false;
    }
    try (var files = Files.list(component)) {
      return files.anyMatch(file -> file.getFileName().toString().endsWith(last));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the folder " + component + ": " + e, e);
    }
  }
}
