package io.diffusion4j.unclip.training;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.ClipTextNetwork;
import io.diffusion4j.clip.ClipVisionNetwork;
import io.diffusion4j.decoder.DecoderFolders;
import io.diffusion4j.decoder.TextProjection;
import io.diffusion4j.decoder.backbone.Backbone;
import io.diffusion4j.decoder.unet.ConcatConditioning;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.prior.AutoregressiveConfig;
import io.diffusion4j.prior.AutoregressiveModel;
import io.diffusion4j.prior.PriorConfig;
import io.diffusion4j.prior.PriorConfig.Course;
import io.diffusion4j.prior.PriorModel;
import io.diffusion4j.unclip.UnclipFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The shapes of the networks that a training reads and writes: CLIP's are those of the model
 * folder, the others' those of the model that the training starts from, or else the preset's, made
 * to fit CLIP.
 */
public record Shapes(UnclipRun own) {
  private static final int RGB = 3;

  private UnclipPreset preset() {
    return own.preset();
  }

  /** Returns the folder of a component to start from; empty if the weights are random at first. */
  private Optional<Path> first(String component) {
    return own.run().start().map(first -> first.component(component));
  }

  /** Returns CLIP's text tower, of the model folder. */
  ClipTextNetwork text() {
    return ClipFolders.readText(own.run().folder(UnclipFolder.TEXT_ENCODER));
  }

  /** Returns CLIP's image tower, of the model folder. */
  public ClipVisionNetwork vision() {
    return ClipFolders.readVision(own.run().folder(UnclipFolder.IMAGE_ENCODER));
  }

  PriorConfig prior() {
    return prior("prior", first(UnclipFolder.PRIOR), Course.DIFFUSION);
  }

  /** Returns the one-pass prior of the model to start from, or else one of the preset's size. */
  PriorConfig direct() {
    var first = first(UnclipFolder.PRIOR_ECLIPSE).filter(Files::isDirectory);
    return prior("prior_eclipse", first, Course.ONE_PASS);
  }

  private PriorConfig prior(String name, Optional<Path> first, Course course) {
    var text = text();
    var defaults = preset().priorConfig();
    var config =
        first
            .map(PriorModel::readConfig)
            .orElseGet(
                () ->
                    new PriorConfig(
                        defaults.heads(),
                        defaults.headDim(),
                        defaults.layers(),
                        text.embeddingDim(),
                        text.positions(),
                        course));
    requireClips(name + ".embedding_dim", config.embeddingDim(), text.embeddingDim());
    requireClips(name + ".num_embeddings", config.textLength(), text.positions());
    return config;
  }

  AutoregressiveConfig autoregressive() {
    var text = text();
    var defaults = preset().autoregressiveConfig();
    var config =
        first(UnclipFolder.PRIOR_AR)
            .map(AutoregressiveModel::readConfig)
            .orElseGet(
                () ->
                    AutoregressiveConfig.like(
                        new PriorConfig(
                            preset().prior().heads(),
                            preset().prior().headWidth(),
                            preset().prior().layers(),
                            text.embeddingDim(),
                            text.positions()),
                        defaults.layers(),
                        defaults.components(),
                        defaults.buckets(),
                        defaults.dotBuckets()));
    requireClips("prior_ar.embedding_dim", config.embeddingDim(), text.embeddingDim());
    requireClips("prior_ar.num_embeddings", config.textLength(), text.positions());
    return config;
  }

  /** Returns the decoder's network; its pictures are at most as large as CLIP's. */
  Backbone decoder() {
    var shape =
        first(UnclipFolder.DECODER)
            .map(DecoderFolders::readBackbone)
            .orElseGet(() -> preset().decoderConfig());
    if (!own.run().whole().inpainting()) {
      return shape;
    }
    if (shape instanceof UnetConfig unet) {
      return unet.withInChannels(ConcatConditioning.KNOWN.channels(RGB));
    }
    throw Check.refusal("inpainting", "a transformer", "a U-Net, which sees known pixels");
  }

  TextProjection projection() {
    var text = text();
    var projection =
        first(UnclipFolder.TEXT_PROJ)
            .map(DecoderFolders::readProjection)
            .orElseGet(
                () -> {
                  var defaults = preset().projection();
                  return new TextProjection(
                      defaults.extraTokens(),
                      text.embeddingDim(),
                      defaults.timeEmbedDim(),
                      defaults.contextDim());
                });
    requireClips("text_proj.clip_embeddings_dim", projection.embeddingDim(), text.embeddingDim());
    requireClips("text_encoder.hidden_size", text.transformer().width(), projection.embeddingDim());
    return projection;
  }

  /** Returns one of the upsampler's networks. */
  UnetConfig upsampler(String component) {
    return first(component)
        .map(DecoderFolders::readUpsampler)
        .orElseGet(() -> preset().upsamplerConfig());
  }

  /** Returns the height and width of the pictures that the upsampler enlarges. */
  int smallSize() {
    return decoder().sampleSize();
  }

  private void requireClips(String name, int value, int expected) {
    if (value != expected) {
      throw new CheckpointException(
          own.run().whole().model(),
          Check.message(name, value, expected + ", that of the model's CLIP"));
    }
  }
}
