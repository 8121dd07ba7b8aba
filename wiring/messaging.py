"""Topics, and where pods find them."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi import Input

from components.topic import RetryArgs, SubscriptionArgs, Topic, TopicArgs
from model import names
from model.catalogue import Catalogue
from model.deployment import Deployment
from model.environment import Environment
from model.preview import Preview
from wiring.ground import Ground, members


def messaging(stack: Environment | Preview, catalogue: Catalogue, ground: Ground) -> dict[str, Topic]:
    """Every topic of the catalogue, with grants to the pods that its publishers and subscribers run in."""
    key = ground.topics_key.apply(lambda known: known or None)
    pods, pullers = catalogue.deployments(stack.collapse), members(stack, catalogue, ground)
    hosts = {service: pullers[name] for name, pod in pods.items() for service in pod.ports}
    return {
        name: Topic(
            name,
            TopicArgs(
                topic=(physical := names.topic(stack.prefix, name)),
                dead_letter_topic=names.dead_letter_topic(physical),
                publishers={host: pullers[host] for host, pod in pods.items() if name in pod.publishes},
                subscriptions={
                    service: SubscriptionArgs(
                        subscription=names.subscription(physical, service),
                        member=hosts[service],
                        filter=topic.filters.get(service),
                    )
                    for service in topic.subscribers
                },
                retry=RetryArgs(**topic.retry.model_dump()),
                agent=ground.pubsub_agent,
                labels={**names.labels(topic.purpose), **stack.labels},
                key=key,
                **topic.sizes(),
            ),
        )
        for name, topic in catalogue.topics.items()
    }


def topic_env(pod: Deployment, topics: Mapping[str, Topic]) -> dict[str, Input[str]]:
    """Where a pod publishes to and pulls from, as environment variables."""
    return {
        **{names.variable("TOPIC", topic): topics[topic].id for topic in pod.publishes},
        **{
            names.variable("SUBSCRIPTION", topic): topics[topic].subscriptions[service]
            for topic, service in pod.subscribes.items()
        },
    }
