"""Does to the messages of a queue what a standard queue may do, and more: loses, doubles, delays and shuffles them, and adds strange ones."""
import json
import random
import threading

from botocore.exceptions import BotoCoreError, ClientError

# What happens to a message that was caught, and how often.
FATES = {"lost": 2, "doubled": 3, "delayed": 2, "shuffled": 3}
STRANGE = ["{", "[]", "not JSON", json.dumps({"task_id": "no number"}), json.dumps({"task_id": "999999999"}), json.dumps({"hello": 1}), "\u00fc" * 9]


class Mischief(threading.Thread):
    def __init__(self, place, seed):
        super().__init__(daemon=True)
        self.place, self.chance = place, random.Random(seed * 31)
        self.over = threading.Event()
        self.done = {fate: 0 for fate in (*FATES, "strange")}

    def run(self):
        while not self.over.wait(self.chance.uniform(0.05, 0.3)):
            try:
                self._once()
            except (BotoCoreError, ClientError):
                pass  # the queue is being restarted: it does its own mischief then

    def end(self):
        self.over.set()
        self.join()

    def _once(self):
        caught = self.place.receive()
        self.chance.shuffle(caught)
        for message in caught:
            fate = self.chance.choices(list(FATES), list(FATES.values()))[0]
            attributes = {name: {key: value[key] for key in ("DataType", "StringValue") if key in value}
                          for name, value in message.get("MessageAttributes", {}).items()}
            self.place.delete(message)
            self.done[fate] += 1
            if fate == "doubled":
                self.place.send(message["Body"], 0, attributes)
                self.place.send(message["Body"], 1, attributes)
            elif fate == "delayed":
                self.place.send(message["Body"], self.chance.randint(1, 4), attributes)
            elif fate == "shuffled":
                self.place.send(message["Body"], 0, attributes)
        if self.chance.random() < 0.1:
            self.place.send(self.chance.choice(STRANGE))
            self.done["strange"] += 1
