package io.diffusion4j.benchmarks.networks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;

/** Formats profiles for people and for the trace viewers of browsers. */
public final class ProfileReport {
  private static final int KINDS = 10;

  private ProfileReport() {}

  /** Prints the ten most expensive kinds of operation. */
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
   * Writes Chrome's Trace Event Format, which chrome://tracing and Perfetto open: a process for
   * each profile, times in microseconds from its beginning.
   */
  public static void writeTrace(Path file, List<Profile> profiles) throws IOException {
    var json = new ObjectMapper();
    ArrayNode events = json.createArrayNode();
    for (int process = 0; process < profiles.size(); process++) {
      Profile profile = profiles.get(process);
      event(events, "process_name", "M", process) // metadata
          .putObject("args")
          .put("name", profile.name());
      for (Profile.Run run : profile.runs()) {
        event(events, run.kind(), "X", process) // complete: a beginning and a duration
            .put("tid", run.thread())
            .put("ts", (run.startNanos() - profile.runs().get(0).startNanos()) / 1e3)
            .put("dur", run.nanos() / 1e3)
            .putObject("args")
            .put("node", run.node());
      }
    }
    json.writeValue(file.toFile(), events);
  }

  private static ObjectNode event(ArrayNode events, String name, String phase, int process) {
    return events.addObject().put("name", name).put("ph", phase).put("pid", process);
  }
}
