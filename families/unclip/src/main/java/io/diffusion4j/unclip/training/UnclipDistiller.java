package io.diffusion4j.unclip.training;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.decoder.DecoderCondition;
import io.diffusion4j.decoder.DecoderFolders;
import io.diffusion4j.decoder.DecoderModel;
import io.diffusion4j.decoder.DiffusionUpsampler;
import io.diffusion4j.decoder.UpsamplerModel;
import io.diffusion4j.decoder.unet.CurrentNames;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.Prior;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.component.Upsampler;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.pipeline.FolderDigest;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.pipeline.Students;
import io.diffusion4j.training.Components;
import io.diffusion4j.training.Distillable;
import io.diffusion4j.training.Distillation;
import io.diffusion4j.training.Distiller;
import io.diffusion4j.training.ModelTraining;
import io.diffusion4j.training.NetworkDistiller;
import io.diffusion4j.unclip.ModelFacts;
import io.diffusion4j.unclip.UnclipFolder;
import io.diffusion4j.unclip.UnclipModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Distils the stages of unCLIP. The decoder learns from the embeddings that the prior of the
 * teacher draws of captions, and the upsampler from the pictures that its decoder draws of them.
 * The student gets the other components of the teacher; low-rank updates are one file for all
 * stages.
 */
final class UnclipDistiller implements Distiller {
  private static final List<String> STAGES =
      List.of(Prior.STAGE, ImageDecoder.STAGE, Upsampler.STAGE);
  private static final int ENCODED = 64;

  /** A stage to distil, with the folders of its networks. */
  private record Part<C>(
      NetworkDistiller<C> distiller, List<String> folders, NetworkDistiller.Written writer) {}

  @Override
  public boolean distill(Distillation how, ModelTraining.Observer observer) {
    Students.check(how.teacher(), how.student());
    List<String> parts = how.parts(STAGES);
    how.requireCaptions();
    var teaching = new Teaching(how, ModelFolder.open(how.teacher()));
    return parts.stream()
        .allMatch(
            stage ->
                switch (stage) {
                  case Prior.STAGE -> teaching.distill(stage, teaching.prior(), observer);
                  case ImageDecoder.STAGE -> teaching.distill(stage, teaching.decoder(), observer);
                  default -> teaching.distill(stage, teaching.upsampler(), observer);
                });
  }

  /** A distillation of some stages of a teacher. */
  private static final class Teaching {
    private final Distillation how;
    private final ModelFolder files;
    private final String digest;
    private final Map<String, Stage> stages = new HashMap<>();
    private final PriorTeacher captions;

    Teaching(Distillation how, ModelFolder files) {
      this.how = how;
      this.files = files;
      Check.that(files.has(UnclipFolder.PRIOR), "model", how.teacher(), "a model with a prior");
      try (var model = open()) {
        captions =
            PriorTeacher.of(
                files.folder(UnclipFolder.PRIOR),
                files.scheduler(UnclipFolder.PRIOR_SCHEDULER),
                model.textEncoder(),
                this::embedder,
                how);
        for (Stage stage :
            List.of(model.prior().stage(), model.decoder().stage(), model.upsampler().stage())) {
          stages.put(stage.name(), stage);
        }
      }
      digest = FolderDigest.of(how.teacher(), component -> true);
    }

    private Distillable.Encoder embedder() {
      var model = open();
      Distillable.Encoder encoder = model.imageEncoder()::encode;
      return encoder.closing(model::close);
    }

    private UnclipModel open() {
      return UnclipModel.load(how.teacher(), how.compute(), Residency.ONE_AT_A_TIME);
    }

    /** Distils a stage into the folder of the student, which has all others. */
    <C> boolean distill(String stage, Part<C> part, ModelTraining.Observer observer) {
      var layout = new UnclipTraining().layout(how.student());
      return part.distiller.distill(
          part.folders.get(0) + ".",
          (weights, scheduler, notes, student) -> {
            Components.copyMissing(
                new UnclipTraining().layout(how.teacher()), layout, part.folders);
            var own = new HashMap<>(notes);
            own.putAll(ModelFacts.of(how.teacher()).notes());
            part.writer.write(weights, scheduler, own, student);
            Students.in(how.student()).with(stage, student).write(how.student());
            layout.writeIndex();
          },
          observer);
    }

    Part<TextEncoding> prior() {
      return new Part<>(
          distiller(captions.network(defaults(Prior.STAGE))),
          List.of(UnclipFolder.PRIOR, UnclipFolder.PRIOR_SCHEDULER),
          (weights, students, notes, student) -> {
            captions.write(made(UnclipFolder.PRIOR), weights, notes);
            write(UnclipFolder.PRIOR_SCHEDULER, students);
          });
    }

    Part<DecoderCondition> decoder() {
      Path folder = files.folder(UnclipFolder.DECODER);
      var scheduler = files.scheduler(UnclipFolder.DECODER_SCHEDULER);
      var config = DecoderFolders.readBackbone(folder);
      int size = config.sampleSize();
      int textLength = captions.empty().mask().length;
      List<DecoderCondition> conditions = new ArrayList<>();
      DecoderCondition away;
      NetworkDefinition network;
      try (var model =
          DecoderModel.load(
              folder, files.folder(UnclipFolder.TEXT_PROJ), textLength, scheduler, how.compute())) {
        var embeddings = captions.embeddings(prior().distiller);
        for (int from = 0; from < embeddings.size(); from += ENCODED) {
          int to = Math.min(from + ENCODED, embeddings.size());
          conditions.addAll(
              model.conditions(embeddings.subList(from, to), captions.texts().subList(from, to)));
        }
        away = model.conditions(List.of(new float[0]), List.of(captions.empty())).get(0);
        network = DecoderModel.network(config, model.contextLength());
      }
      var of =
          new Distillable<>(
              ImageDecoder.STAGE,
              network,
              () -> Checkpoint.open(folder, Checkpoint.DIFFUSERS),
              Optional.empty(),
              scheduler,
              DecoderModel.times(config, scheduler),
              DecoderModel.feed(config),
              size * size * 3,
              Distillable.Encoding.pixels(size),
              conditions,
              Optional.of(away),
              Optional.empty(),
              defaults(ImageDecoder.STAGE));
      return new Part<>(
          distiller(of),
          List.of(UnclipFolder.DECODER, UnclipFolder.DECODER_SCHEDULER),
          (weights, students, notes, student) -> {
            DecoderFolders.writeBackbone(made(UnclipFolder.DECODER), config, weights, notes);
            write(UnclipFolder.DECODER_SCHEDULER, students);
          });
    }

    Part<Image> upsampler() {
      Path first = files.folder(UnclipFolder.SUPER_RES_FIRST);
      Path last = files.folder(UnclipFolder.SUPER_RES_LAST);
      var scheduler = files.scheduler(UnclipFolder.SUPER_RES_SCHEDULER);
      var config = DecoderFolders.readUpsampler(first);
      int small = DecoderFolders.readBackbone(files.folder(UnclipFolder.DECODER)).sampleSize();
      int size = config.sampleSize();
      List<Image> enlarged =
          decoder().distiller.samples().stream()
              .map(pixels -> DiffusionUpsampler.enlarge(new Image(small, small, pixels), size))
              .toList();
      var of =
          new Distillable<>(
              Upsampler.STAGE,
              UpsamplerModel.network(config),
              () -> CurrentNames.open(first),
              Optional.of(() -> CurrentNames.open(last)),
              scheduler,
              config::sinusoid,
              UpsamplerModel::feed,
              size * size * 3,
              Distillable.Encoding.pixels(size),
              enlarged,
              Optional.<Image>empty(),
              Optional.empty(),
              defaults(Upsampler.STAGE));
      var folders = List.of(UnclipFolder.SUPER_RES_FIRST, UnclipFolder.SUPER_RES_LAST);
      return new Part<>(
          distiller(of),
          Stream.concat(folders.stream(), Stream.of(UnclipFolder.SUPER_RES_SCHEDULER)).toList(),
          (weights, students, notes, student) -> {
            folders.forEach(
                name -> DecoderFolders.writeUpsampler(made(name), config, weights, notes));
            write(UnclipFolder.SUPER_RES_SCHEDULER, students);
          });
    }

    private <C> NetworkDistiller<C> distiller(Distillable<C> of) {
      return new NetworkDistiller<>(how.of(of, STAGES), digest, of);
    }

    private Path made(String component) {
      return Components.made(how.student().resolve(component));
    }

    private void write(String component, SchedulerConfig scheduler) {
      scheduler.write(made(component).resolve(SchedulerConfig.FILE_NAME));
    }

    private Distillable.Defaults defaults(String stage) {
      return Distillable.Defaults.of(Objects.requireNonNull(stages.get(stage), stage));
    }
  }
}
