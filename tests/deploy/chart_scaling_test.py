"""The chart's autoscalers: one or none, on the lag of the worker's group, and how pods go."""

import unittest

from helm import CHART, EXAMPLES, config_of, only, render

PRODUCTION = CHART / "examples" / "production.yaml"
KEDA = CHART / "examples" / "keda.yaml"
MANY = CHART / "examples" / "many-accounts.yaml"


class Scaling(unittest.TestCase):
    def kinds(self, *values):
        return {each["kind"] for each in render(*values)} & {"HorizontalPodAutoscaler", "ScaledObject"}

    def test_there_is_one_autoscaler_or_none(self):
        for kind, expected in (("none", set()), ("hpa", {"HorizontalPodAutoscaler"}), ("keda", {"ScaledObject"})):
            for path in EXAMPLES:
                self.assertEqual(self.kinds(path, {"autoscaling": {"kind": kind}}), expected)

    def test_replicas_are_left_to_the_autoscaler(self):
        self.assertEqual(only(render(PRODUCTION), "StatefulSet")["spec"]["replicas"], 3)
        for kind in ("hpa", "keda"):
            self.assertNotIn("replicas", only(render(PRODUCTION, {"autoscaling": {"kind": kind}}), "StatefulSet")["spec"])

    def test_lag_is_that_of_each_topic_in_the_workers_group(self):
        objects = render(KEDA)
        config = config_of(objects)
        triggers = only(objects, "ScaledObject")["spec"]["triggers"]
        self.assertEqual([each["metadata"]["topic"] for each in triggers], config["topics"]["lead_changes"])
        for each in triggers:
            self.assertEqual(each["metadata"]["consumerGroup"], config["kafka"]["group.id"])
            self.assertEqual(each["metadata"]["bootstrapServers"], config["kafka"]["bootstrap.servers"])
            self.assertEqual(each["metadata"]["offsetResetPolicy"], "earliest")
            self.assertEqual(each["authenticationRef"], {"name": "kafka-leadrelay"})

    def test_offsets_before_the_first_commit_are_the_workers(self):
        for word, policy in (("earliest", "earliest"), ("beginning", "earliest"), ("latest", "latest"), ("end", "latest"), ("largest", "latest")):
            objects = render(KEDA, {"config": {"kafka": {"auto.offset.reset": word}}})
            self.assertEqual({each["metadata"]["offsetResetPolicy"] for each in only(objects, "ScaledObject")["spec"]["triggers"]}, {policy})

    def test_pods_go_one_at_a_time(self):
        of_hpa = only(render(MANY), "HorizontalPodAutoscaler")["spec"]["behavior"]
        of_keda = only(render(KEDA), "ScaledObject")["spec"]["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
        self.assertEqual(of_hpa, of_keda)
        policies = [{"type": "Pods", "value": 1, "periodSeconds": 60}]
        self.assertEqual(of_hpa, {"scaleDown": {"stabilizationWindowSeconds": 600, "policies": policies}})

    def test_lag_that_cannot_be_read_takes_no_pods_away(self):
        self.assertNotIn("fallback", only(render(KEDA), "ScaledObject")["spec"])

    def test_lag_of_the_group_may_be_a_metric_of_the_cluster(self):
        objects = render(MANY)
        metrics = only(objects, "HorizontalPodAutoscaler")["spec"]["metrics"]
        self.assertEqual([each["type"] for each in metrics], ["Resource", "External"])
        selected = metrics[1]["external"]["metric"]["selector"]["matchLabels"]
        config = config_of(objects)
        self.assertEqual([selected["topic"]], config["topics"]["lead_changes"])
        self.assertEqual(selected["consumergroup"], config["kafka"]["group.id"])


if __name__ == "__main__":
    unittest.main()
