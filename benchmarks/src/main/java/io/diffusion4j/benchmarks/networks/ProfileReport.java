package io.diffusion4j.benchmarks.networks;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Profiles as people and the trace viewers of browsers read them. */
public final class ProfileReport {
  private static final int KINDS = 10;

  private ProfileReport() {}

  /** The ten dearest kinds of operation. */
  public static void print(PrintWriter out, Profile profile) {
    out.printf(
        "%s: %d operations, %.2f ms%n",
        profile.name(), profile.runs().size(), 1e-6 * profile.nanos());
    for (Profile.Share share : profile.dearest(KINDS)) {
      out.printf(
          "  %-32s %5d %9.2f ms %5.1f %%%n",
          share.kind(),
          share.count(),
          1e-6 * share.nanos(),
          100.0 * share.nanos() / profile.nanos());
    }
    out.flush();
  }

  /**
   * The Trace Event Format of Chrome, which chrome://tracing and Perfetto open: a process for each
   * profile, times in microseconds from its beginning.
   */
  public static void writeTrace(Path file, List<Profile> profiles) throws IOException {
    try (var writer = Files.newBufferedWriter(file);
        var json = new JsonFactory().createGenerator(writer)) {
      json.writeStartArray();
      for (int i = 0; i < profiles.size(); i++) {
        writeName(json, i, profiles.get(i).name());
        for (Profile.Run run : profiles.get(i).runs()) {
          write(json, i, run, profiles.get(i).runs().get(0).startNanos());
        }
      }
      json.writeEndArray();
    }
  }

  private static void writeName(JsonGenerator json, int process, String name) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", "process_name");
    json.writeStringField("ph", "M"); // metadata
    json.writeNumberField("pid", process);
    json.writeObjectFieldStart("args");
    json.writeStringField("name", name);
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, int process, Profile.Run run, long zero)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("name", run.kind());
    json.writeStringField("ph", "X"); // complete: a beginning and a duration
    json.writeNumberField("pid", process);
    json.writeNumberField("tid", run.thread());
    json.writeNumberField("ts", (run.startNanos() - zero) / 1e3);
    json.writeNumberField("dur", run.nanos() / 1e3);
    json.writeObjectFieldStart("args");
    json.writeStringField("node", run.node());
    json.writeEndObject();
    json.writeEndObject();
  }
}
