package io.diffusion4j.cli.provenance;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.console.FailureHandler;
import io.diffusion4j.cli.generate.ReplayCheck;
import io.diffusion4j.cli.options.CommonOptions;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.provenance.Finding;
import io.diffusion4j.provenance.Finding.Verdict;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.provenance.ReplayFinding;
import io.diffusion4j.provenance.TrustedKey;
import io.diffusion4j.provenance.Verifier;
import io.diffusion4j.provenance.Watermark;
import io.diffusion4j.provenance.WatermarkKey;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code diffusion4j verify}: checks whether pictures were made here, were changed, or are unknown.
 */
@Command(
    name = "verify",
    description =
        "Distinguish pictures that were made here, and so are signed with a known key, from "
            + "changed ones, from those with a watermark only, and from unknown ones.",
    exitCodeList = {
      "0:all pictures were made here",
      "1:failed: a file cannot be read",
      "2:bad input",
      "3:at least one picture was changed; with --replay, at least one is refuted",
      "4:no picture was changed, but at least one is unknown; with --replay, none "
          + "is refuted, but at least one is only close"
    },
    footer = {
      "",
      "With --replay, a picture is proved if the weights draw the same pixels from "
          + "the recipe in its file. It is close if it differs by rounding only and was "
          + "drawn by another version, number format, engine or kind of processor. "
          + "Otherwise it is refuted.",
      "",
      "Examples:",
      "  diffusion4j verify apple.png --key signing.key.pub",
      "  diffusion4j verify *.png --replay --json"
    })
public final class VerifyCommand implements Callable<Integer> {
  /** Larger pictures are refused before they are decoded. */
  static final long MAX_PIXELS = 1L << 28;

  private static final int CHANGED = 3;
  private static final int UNKNOWN = 4;
  private static final ObjectMapper JSON = new ObjectMapper();

  @Mixin private Console console = new Console();

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "PNG, JPEG or WebP files.")
  private List<Path> files = List.of();

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "A trusted public key, the file FILE.pub that keygen writes; may be repeated.")
  private List<Path> keys = List.of();

  @Option(
      names = "--watermark",
      paramLabel = "FILE",
      description =
          "Also detect the watermark of this key; may be repeated. With --replay, the "
              + "key of the watermark in the pictures.")
  private List<Path> watermarks = List.of();

  @Mixin private CommonOptions.JsonText json = new CommonOptions.JsonText();
  @Mixin private ReplayCheck replay = new ReplayCheck();

  @Override
  public Integer call() throws IOException {
    return replay.isGiven() ? drawAgain() : verify();
  }

  private int drawAgain() throws IOException {
    Check.that(keys.isEmpty(), "key", keys, "none beside --replay, which trusts no key");
    Check.that(watermarks.size() <= 1, "watermark", watermarks, "one at most beside --replay");
    Provenance marks = Provenance.DECLARED;
    for (Path key : watermarks) {
      marks = marks.withWatermark(new Watermark(WatermarkKey.read(key)));
    }
    int failure = replay.check(console, files, marks, json.isGiven());
    return failure != 0
        ? failure
        : replay.verdicts().contains(ReplayFinding.Verdict.REFUTED)
            ? CHANGED
            : replay.verdicts().contains(ReplayFinding.Verdict.CLOSE) ? UNKNOWN : 0;
  }

  private int verify() throws IOException {
    Verifier verifier = verifier();
    boolean unreadable = false;
    List<Verdict> verdicts = new ArrayList<>();
    for (Path file : files) {
      try {
        Finding finding = verifier.verify(Files.readAllBytes(file), Recipes.KEYWORD, MAX_PIXELS);
        verdicts.add(finding.verdict());
        console.print(json.isGiven() ? toJson(file, finding) : toText(file, finding));
      } catch (IOException e) {
        unreadable = true;
        String about = e instanceof FileSystemException ? "" : file + ": ";
        console.say("error: " + about + FailureHandler.describe(e));
      }
    }
    if (unreadable) {
      return FailureHandler.FAILED;
    }
    return verdicts.contains(Verdict.CHANGED)
        ? CHANGED
        : verdicts.contains(Verdict.UNKNOWN) ? UNKNOWN : 0;
  }

  private Verifier verifier() throws IOException {
    List<TrustedKey> trusted = new ArrayList<>();
    for (Path key : keys) {
      trusted.add(TrustedKey.read(key));
    }
    List<Watermark> marks = new ArrayList<>();
    for (Path key : watermarks) {
      marks.add(new Watermark(WatermarkKey.read(key)));
    }
    return new Verifier(trusted, marks);
  }

  private static String toText(Path file, Finding finding) {
    var text = new StringBuilder();
    text.append(file).append(": ").append(finding.verdict().words());
    text.append(": ").append(finding.reason());
    finding
        .watermark()
        .ifPresent(
            mark ->
                text.append(
                    mark.isFound()
                        ? String.format("; watermark found (p < %.0e)", mark.falsePositive())
                        : "; no watermark"));
    if (finding.declared()) {
      text.append("; declared as drawn by a model");
    }
    if (finding.manifest()) {
      text.append("; has a C2PA manifest, which is not checked here");
    }
    return text.toString();
  }

  private static String toJson(Path file, Finding finding) throws IOException {
    ObjectNode object = JSON.createObjectNode();
    object.put("file", file.toString());
    object.put("verdict", finding.verdict().name().toLowerCase(Locale.ROOT));
    object.put("reason", finding.reason());
    finding.key().ifPresent(key -> object.put("key", key));
    object.put("declared", finding.declared());
    object.put("c2pa_manifest", finding.manifest());
    finding
        .watermark()
        .ifPresent(
            mark -> {
              ObjectNode found = object.putObject("watermark");
              found.put("found", mark.isFound());
              found.put("agreement", mark.agreement());
              found.put("false_positive", mark.falsePositive());
            });
    return JSON.writeValueAsString(object);
  }
}
