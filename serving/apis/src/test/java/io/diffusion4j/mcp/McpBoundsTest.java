package io.diffusion4j.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Ticker;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.auth.Role;
import io.modelcontextprotocol.spec.McpSchema.ClientCapabilities;
import io.modelcontextprotocol.spec.McpSchema.Implementation;
import io.modelcontextprotocol.spec.McpSchema.InitializeRequest;
import io.modelcontextprotocol.spec.McpStreamableServerSession;
import io.modelcontextprotocol.spec.McpStreamableServerSession.McpStreamableServerSessionInit;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** Nothing stays in memory without a limit. */
class McpBoundsTest {
  private static final InitializeRequest REQUEST =
      InitializeRequest.builder(
              "2025-06-18",
              ClientCapabilities.builder().build(),
              Implementation.builder("a", "1").build())
          .build();

  private final AtomicLong now = new AtomicLong();
  private final McpSessions sessions = sessions();

  private McpSessions sessions() {
    var all =
        new McpSessions(
            new Ticker() {
              @Override
              public long read() {
                return now.get();
              }
            });
    all.setSessionFactory(
        request ->
            new McpStreamableServerSessionInit(
                new McpStreamableServerSession(
                    UUID.randomUUID().toString(),
                    request.capabilities(),
                    request.clientInfo(),
                    Duration.ofSeconds(1),
                    Map.of(),
                    Map.of()),
                Mono.empty()));
    return all;
  }

  private String begin(String principal) {
    return sessions.begin(principal, REQUEST).session().getId();
  }

  @Test
  void theOldestSessionOfItsPrincipalGivesWay() {
    String first = begin("ann");
    String second = begin("ann");
    for (int i = 0; i < McpSessions.MAX_OF_ONE - 2; i++) {
      begin("ann");
    }
    assertThat(sessions.get("ann", first)).isPresent();
    begin("ann");
    assertThat(sessions.get("ann", first)).isPresent();
    assertThat(sessions.get("ann", second)).isEmpty();
  }

  @Test
  void manySessionsOfOneEndNoneOfAnother() {
    String first = begin("ann");
    for (int i = 0; i < 2 * McpSessions.MAX; i++) {
      begin("bob");
    }
    assertThat(sessions.get("ann", first)).isPresent();
    for (int i = 0; i < McpSessions.MAX - 1; i++) {
      begin("tenant " + i);
    }
    assertThat(sessions.get("ann", first)).isPresent();
  }

  @Test
  void anIdleSessionEnds() {
    String session = begin("ann");
    now.addAndGet(McpSessions.LONGEST_IDLE.toNanos() - 1);
    assertThat(sessions.get("ann", session)).isPresent();
    now.addAndGet(McpSessions.LONGEST_IDLE.toNanos() + 1);
    assertThat(sessions.get("ann", session)).isEmpty();
  }

  @Test
  void aSessionBelongsToItsPrincipal() {
    assertThat(sessions.get("bob", begin("ann"))).isEmpty();
  }

  @Test
  void theOldestPicturesGiveWay() {
    Principal ann = Principal.ANYBODY;
    var bob = new Principal("bob", Set.of(Role.GENERATE), Set.of("toy"), Quota.NONE);
    var pictures = new KeptPictures(100, Optional.empty());
    String first = pictures.add(ann, new byte[60]);
    assertThat(pictures.get(ann, first)).isPresent();
    assertThat(pictures.get(bob, first)).isEmpty();
    String second = pictures.add(ann, new byte[60]);
    assertThat(pictures.get(ann, first)).isEmpty();
    assertThat(pictures.get(ann, second)).isPresent();
    String own = pictures.add(bob, new byte[30]);
    assertThat(pictures.get(ann, pictures.add(ann, new byte[70]))).isPresent();
    assertThat(pictures.get(ann, second)).isEmpty();
    assertThat(pictures.get(bob, own)).as("who has less keeps it").isPresent();
  }
}
