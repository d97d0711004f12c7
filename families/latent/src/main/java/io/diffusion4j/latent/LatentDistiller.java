package io.diffusion4j.latent;

import static io.diffusion4j.latent.StableDiffusionFolder.SCHEDULER;
import static io.diffusion4j.latent.StableDiffusionFolder.UNET;
import static io.diffusion4j.latent.StableDiffusionFolder.VAE;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.nn.weights.ModelFiles;
import io.diffusion4j.pipeline.FolderDigest;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.pipeline.Students;
import io.diffusion4j.training.ComponentRun;
import io.diffusion4j.training.Components;
import io.diffusion4j.training.Distillable;
import io.diffusion4j.training.Distillation;
import io.diffusion4j.training.Distiller;
import io.diffusion4j.training.ModelTraining;
import io.diffusion4j.training.NetworkDistiller;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Distils the U-Net of latents under the states of captions. A student that reads its guidance
 * scale gets the input of latent consistency models, whose weights begin at zero, so that it begins
 * as the teacher. Low-rank updates are a file that opens like an LCM-LoRA (Luo et al. 2023).
 */
final class LatentDistiller implements Distiller {
  private static final String STAGE = ImageDecoder.STAGE;

  /** The width of the embedding of a guidance scale in published models. */
  private static final int GUIDANCE_WIDTH = 256;

  private static final String GUIDANCE_WEIGHT = "time_embedding.cond_proj.weight";

  @Override
  public boolean distill(Distillation how, ModelTraining.Observer observer) {
    Path teacher = how.teacher();
    Students.check(teacher, how.student());
    how.parts(List.of(STAGE));
    var taught = StableDiffusionFolder.DENOISER.readIn(teacher);
    Check.that(
        StableDiffusionFolder.readsTexts(teacher)
            && !StableDiffusionFolder.seesImages(teacher)
            && taught.besideChannels() == 0
            && taught.guidanceDim() == 0,
        "model",
        teacher,
        "one of latents and a text: not for inpainting or variations, no LCM");
    how.requireCaptions();
    var learns = how.embedded().isPresent() ? taught.withGuidance(GUIDANCE_WIDTH) : taught;
    var of = of(how, learns);
    String digest = FolderDigest.of(teacher, component -> true);
    return new NetworkDistiller<>(how, digest, of)
        .distill(
            UNET + ".",
            (weights, scheduler, notes, student) -> {
              write(how, learns, weights, scheduler, notes);
              Students.NONE.with(STAGE, student).write(how.student());
              StableDiffusionFolder.writeIndex(how.student());
            },
            observer);
  }

  private static Distillable<UnetCondition> of(Distillation how, LatentBackbone unet) {
    Path teacher = how.teacher();
    int side = unet.sampleSize();
    var size = Pixels.square(side);
    var vae = StableDiffusionFolder.AUTOENCODER.readIn(teacher);
    int length = StableDiffusionFolder.TEXT.readIn(teacher).positions();
    try (var model =
        StableDiffusionModel.load(teacher, how.compute(), Residency.ONE_AT_A_TIME, List.of())) {
      var encoder = model.textEncoder();
      var empty = encoder.encode(List.of("")).get(0);
      return new Distillable<>(
          STAGE,
          unet.network(side, side, length),
          () -> weights(teacher, unet),
          Optional.empty(),
          model.scheduler().corrected(),
          unet.sinusoid()::at,
          unet::feed,
          side * side * unet.outChannels(),
          new Distillable.Encoding(side * vae.factor(), () -> latents(how, vae)),
          how.texts(encoder).stream().map(text -> condition(unet, size, text)).toList(),
          Optional.of(condition(unet, size, empty)),
          unet.guidanceDim() == 0
              ? Optional.empty()
              : Optional.of(
                  (condition, scale) ->
                      condition.guided(UnetCondition.embedded(scale, unet.guidanceDim()))),
          Distillable.Defaults.of(model.stage()));
    }
  }

  /** Returns the modes of the latents of pictures. */
  private static Distillable.Encoder latents(Distillation how, Vae vae) {
    var model = new VaeModel(how.teacher().resolve(VAE), how.compute());
    Distillable.Encoder encoder =
        some ->
            some.stream()
                .map(model::encode)
                .map(encoded -> VaeModel.sample(vae, encoded, new float[encoded.length / 2]))
                .toList();
    return encoder.closing(model::close);
  }

  private static UnetCondition condition(LatentBackbone unet, Pixels size, TextEncoding text) {
    return UnetCondition.of(size, text.hidden()).guided(new float[unet.guidanceDim()]);
  }

  private static TensorSource weights(Path teacher, LatentBackbone unet) {
    var own = ComponentRun.weights(teacher.resolve(UNET), Checkpoint.DIFFUSERS);
    if (unet.guidanceDim() == 0) {
      return own;
    }
    long[] shape = {unet.sinusoid().channels(), unet.guidanceDim()};
    return new TensorMap()
        .putAll("", own)
        .put(GUIDANCE_WEIGHT, shape, new float[Math.toIntExact(shape[0] * shape[1])]);
  }

  private static void write(
      Distillation how,
      LatentBackbone unet,
      TensorSource weights,
      SchedulerConfig scheduler,
      Map<String, String> notes) {
    var family = new StableDiffusionTraining();
    Components.copyMissing(
        family.layout(how.teacher()), family.layout(how.student()), List.of(UNET, SCHEDULER));
    Path to = Components.made(how.student().resolve(UNET));
    unet.write(to);
    ModelFiles.write(to, Checkpoint.DIFFUSERS, weights, name -> true, notes);
    var written =
        how.method() == Distillation.Method.LCM
            ? scheduler.distilled(NetworkDistiller.LEVELS)
            : scheduler;
    written.write(
        Components.made(how.student().resolve(SCHEDULER)).resolve(SchedulerConfig.FILE_NAME));
  }
}
